"""The page of a schedule with four rotations: its month drawn and listed, in process, plan remembered."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rotations.models import Person
from rotations.services.duty import settle_due_schedules
from tests.benchmarks.rows import Row, timed_row
from tests.factories.rotations import administrator, hours, override, person, schedule, team, weekly_rotation

PAGE = "/schedules/drawn/?view=month"


def rows() -> Iterator[Row]:
    """Yield the month of a schedule that uses everything, and how much of it there is."""
    # The page names its static files by what is in them.
    call_command("collectstatic", verbosity=0, interactive=False)
    client = Client()
    client.force_login(_company())
    show = partial(client.get, PAGE)
    show()
    with CaptureQueriesContext(connection) as captured:
        page = show().content.decode()
    if "timeline-title" not in page:
        raise RuntimeError(page)
    note = f"{page.count('<rect')} shapes, {len(page) // 1024} KiB, {len(captured)} statements"
    yield timed_row("month of four rotations, the page", show, unit="ms", budget=30, note=note)


def _company() -> Person:
    """Make a schedule in which a week, office hours, nights and weekends take turns; return who looks."""
    crew = [person(f"Drawn{number} Person") for number in range(8)]
    viewer = administrator("Looks", zone="Europe/Berlin")
    drawn = schedule("drawn", of=team("drawn", members=crew), zone="Europe/Berlin")
    weekly_rotation(drawn, crew, zone="Europe/Berlin")
    weekly_rotation(drawn, crew[:5], layer=2, unit="day", advance="covered", windows=[hours("09:00", "17:00")])
    weekly_rotation(drawn, crew[3:], layer=3, unit="day", windows=[hours("22:00", "06:00", "mon", "wed", "fri")])
    weekly_rotation(drawn, crew[::2], layer=4, unit="week", windows=[hours("08:00", "20:00", "sat", "sun")])
    now = timezone.now()
    for day in range(-12, 12, 3):
        start = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=day)
        override(drawn, start, timedelta(hours=6), person=crew[day % 8], now=min(start - timedelta(days=1), now))
    settle_due_schedules(now=now)
    return viewer
