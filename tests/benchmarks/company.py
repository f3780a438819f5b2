"""Rows by the thousand, written at once: a service for each of them would take longer than all that is measured."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rotations.models import Override, Person, Rotation, RotationVersion, Schedule, Slot, SlotMember, Team
from tests.factories.rotations import EARLY


def people(count: int, *, name: str) -> list[Person]:
    return Person.objects.bulk_create(
        Person(email=f"{name}{number}@example.test", name=f"{name.title()} {number}", password="!")
        for number in range(count)
    )


def schedules(
    count: int, *, of: list[Person], unit: str = "week", every: int = 1, name: str, team: str = "bench"
) -> list[Schedule]:
    """Return new schedules with one rotation each, in which all the people take turns, in Berlin."""
    owner, _ = Team.objects.get_or_create(slug=team, defaults={"name": team.title()})
    made = Schedule.objects.bulk_create(
        Schedule(slug=f"{name}{number}", name=f"Schedule {name}{number}", team=owner, changed_at=EARLY)
        for number in range(count)
    )
    rotations = Rotation.objects.bulk_create(
        Rotation(schedule=schedule, name="Primary", created_at=EARLY) for schedule in made
    )
    versions = RotationVersion.objects.bulk_create(
        RotationVersion(
            rotation=rotation,
            effective_at=EARLY,
            anchor="2024-01-01T09:00:00",
            zone=ZoneInfo("Europe/Berlin"),
            unit=unit,
            every=every,
            created_at=EARLY,
        )
        for rotation in rotations
    )
    slots = Slot.objects.bulk_create(
        Slot(version=version, position=position) for version in versions for position in range(len(of))
    )
    members = zip(slots, [person for _ in versions for person in of], strict=True)
    SlotMember.objects.bulk_create(SlotMember(slot=slot, person=person) for slot, person in members)
    return made


def past_overrides(schedule: Schedule, count: int, *, by: list[Person], before: datetime) -> None:
    """Write overrides of four hours each, all over by ``before``, when the schedule was last changed and recorded."""
    marks = {"recorded_from": EARLY, "recorded_until": before, "changed_at": before}
    Schedule.objects.filter(pk=schedule.pk).update(**marks)
    Override.objects.bulk_create(
        Override(
            schedule=schedule,
            person=by[number % len(by)],
            start=before - timedelta(hours=4 * number + 8),
            end=before - timedelta(hours=4 * number + 4),
            created_at=EARLY,
        )
        for number in range(count)
    )
