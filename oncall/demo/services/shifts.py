"""Who is on call at the demo's company? Schedules that have run for eight weeks, and an override of today."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rotations.actors import Actor
from rotations.models import WEEKDAYS, OverrideKind, Person, Schedule, Team
from rotations.services import overrides, rotations, schedules
from rotations.services.drafts import MemberDraft, RotationDraft, WindowDraft

# A multiple of the longest order, so that the first of each order is on call in the week in which the demo is made.
WEEKS = 8
BERLIN, NEW_YORK, SINGAPORE = "Europe/Berlin", "America/New_York", "Asia/Singapore"
EVERY_DAY, WORKING_DAYS = WEEKDAYS, WEEKDAYS[:5]


def take_turns(teams: dict[str, Team], staff: dict[str, Person], *, by: Actor, now: datetime) -> dict[str, Schedule]:
    """Add the schedules with their rotations; return them by slug."""
    founded = now - timedelta(weeks=WEEKS, days=7)

    def schedule(slug: str, name: str, team: str, zone: str, *drafts: RotationDraft) -> Schedule:
        row = schedules.add_schedule(slug=slug, name=name, team=teams[team], zone=zone, by=by, now=founded)
        for draft in drafts:
            rotations.add_rotation(row, draft=draft, by=by, now=founded)
        return row

    def weekly(name: str, zone: str, order: str, *, layer: int = 1, window: WindowDraft | None = None) -> RotationDraft:
        return RotationDraft(
            name=name,
            zone=zone,
            layer=layer,
            slots=[_slot(slot, staff) for slot in order.split()],
            anchor=_first_handoff(zone, now=now),
            windows=[window] if window else [],
        )

    made = (
        schedule(
            "payments-primary",
            "Payments primary",
            "payments",
            BERLIN,
            weekly("Primary", BERLIN, "ada+elif bo carla dmitri"),
        ),
        schedule(
            "payments-secondary",
            "Payments secondary",
            "payments",
            BERLIN,
            weekly("Secondary", BERLIN, "carla dmitri ada bo"),
        ),
        schedule(
            "platform-primary",
            "Platform primary",
            "platform",
            NEW_YORK,
            weekly("Primary", NEW_YORK, "hana gus frances ivan"),
        ),
        schedule(
            "build-farm",
            "Build farm, office hours",
            "platform",
            NEW_YORK,
            weekly("Office hours", NEW_YORK, "ivan gus", window=WindowDraft(WORKING_DAYS, time(9), time(17))),
        ),
        schedule(
            "network-primary",
            "Network primary",
            "network",
            SINGAPORE,
            weekly("Primary", SINGAPORE, "kavya liam mei jun"),
        ),
        # Each counts in its own daylight. The hours overlap, so that no clock change opens a gap; the highest answers.
        schedule(
            "edge",
            "Edge, follow the sun",
            "network",
            "UTC",
            weekly("Singapore", SINGAPORE, "mei liam", window=WindowDraft(EVERY_DAY, time(8), time(16))),
            weekly("Berlin", BERLIN, "dmitri elif", layer=2, window=WindowDraft(EVERY_DAY, time(8), time(17))),
            weekly("New York", NEW_YORK, "gus frances", layer=3, window=WindowDraft(EVERY_DAY, time(10), time(20))),
        ),
    )
    return {row.slug: row for row in made}


def cover(schedules: dict[str, Schedule], staff: dict[str, Person], *, now: datetime) -> None:
    """Let Bo cover for Carla this afternoon."""
    overrides.add_override(
        schedules["payments-secondary"],
        kind=OverrideKind.REPLACE,
        replaces=staff["carla"],
        person=staff["bo"],
        start=now,
        end=now + timedelta(hours=6),
        reason="Dentist",
        by=Actor.of_person(staff["carla"]),
        now=now,
    )


def _slot(names: str, staff: dict[str, Person]) -> list[MemberDraft]:
    """Read ``ada+elif``: Ada is on call, Elif shadows."""
    first, *shadows = names.split("+")
    return [MemberDraft(staff[first].pk), *(MemberDraft(staff[name].pk, shadow=True) for name in shadows)]


def _first_handoff(zone: str, *, now: datetime) -> datetime:
    """Return the latest Monday, 09:00 in ``zone``, ``WEEKS`` weeks earlier, as a naive reading."""
    reading = now.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    monday = datetime.combine(reading.date() - timedelta(days=reading.weekday()), time(9))
    latest = monday if monday <= reading else monday - timedelta(weeks=1)
    return latest - timedelta(weeks=WEEKS)
