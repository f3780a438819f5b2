"""Naming the calendars that say when somebody is away: what is refused, and leaves no trace."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rotations.errors import Conflict, Invalid, NotThere, Refusal
from rotations.models import AbsenceFeed, Person
from rotations.services.absence_feeds import ask_to_read, edit_absence_feed, feed_address, remove_absence_feed
from rotations.services.people import deactivate_person
from tests.factories.rotations import absence_feed, administrator, person
from tests.rotations.services.test_absences import SYSTEM

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def refusal(act: Callable[[], Any]) -> tuple[type[Refusal], str, str | None]:
    before = list(AbsenceFeed.objects.order_by("pk").values())
    with pytest.raises(Refusal) as refused:
        act()
    assert list(AbsenceFeed.objects.order_by("pk").values()) == before
    return type(refused.value), refused.value.code, refused.value.field


def test_nobody_who_left_or_never_came_has_a_feed_and_what_was_removed_is_not_there():
    administrator()
    ada, bo = person("Ada"), person("Bo")
    removed = absence_feed(ada)
    remove_absence_feed(removed, by=SYSTEM, now=NOW)
    removed.pk = 999
    deactivate_person(bo, by=SYSTEM, now=NOW)
    for number in range(20):
        absence_feed(ada, name=f"{number}")

    refused = [
        refusal(lambda: absence_feed(bo)),
        refusal(lambda: absence_feed(Person(pk=999, name="Nobody"))),
        refusal(lambda: absence_feed(ada)),
        refusal(lambda: edit_absence_feed(removed, name="x", by=SYSTEM, now=NOW)),
        refusal(lambda: ask_to_read(removed, by=SYSTEM, now=NOW)),
        refusal(lambda: remove_absence_feed(removed, by=SYSTEM, now=NOW)),
    ]

    assert refused == [
        (Invalid, "person_deactivated", "person"),
        (Invalid, "invalid", "person"),
        (Conflict, "too_many_feeds", None),
        (NotThere, "not_found", None),
        (NotThere, "not_found", None),
        (NotThere, "not_found", None),
    ]


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        (" https://1.1.1.1/a.ics ", "https://1.1.1.1/a.ics"),
        ("webcal://1.1.1.1/a.ics", "https://1.1.1.1/a.ics"),
        ("WebCals://1.1.1.1/a.ics", "https://1.1.1.1/a.ics"),
        ("http://1.1.1.1/a.ics", "http://1.1.1.1/a.ics"),
    ],
)
def test_an_address_is_read_as_people_copy_it(typed, url):
    address = feed_address(typed)

    assert (address.url, address.host, "a.ics" in repr(address)) == (url, "1.1.1.1", False)


def test_an_edit_that_changes_nothing_lets_the_calendar_wait_its_turn():
    feed = absence_feed(person("Ada"), now=NOW)

    edit_absence_feed(feed, name=" Leave ", keywords="", by=SYSTEM, now=NOW + timedelta(hours=1))

    assert AbsenceFeed.objects.get().due_at == NOW
