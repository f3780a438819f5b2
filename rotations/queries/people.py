"""Who are the people of an answer, and in which schedules can a person be found?"""

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from rotations.models import Person, Schedule


def people_by_id(ids: Iterable[int]) -> dict[int, Person]:
    """Return the people of these ids; one query, none for nobody."""
    return Person.objects.in_bulk(set(ids))


def active_schedules() -> QuerySet[Schedule]:
    """Return the schedules that answer, archived ones left out, each with its team; by name."""
    return Schedule.objects.filter(archived_at=None).select_related("team")


def schedules_of(person: Person) -> QuerySet[Schedule]:
    """Return the schedules in whose answers ``person`` may show, now, before or later; archived ones too."""
    return schedules_of_people([person])


def schedules_of_people(people: Collection[Person]) -> QuerySet[Schedule]:
    """Return the schedules in whose answers any of ``people`` may show, as ``schedules_of`` does."""
    as_member = Schedule.objects.filter(rotations__versions__slots__members__person__in=people)
    by_override = Schedule.objects.filter(Q(overrides__person__in=people) | Q(overrides__replaces__in=people))
    by_swap = Schedule.objects.filter(
        Q(rotations__swaps__person__in=people) | Q(rotations__swaps__replaces__in=people),
        rotations__swaps__accepted_at__isnull=False,
    )
    found = (as_member, by_override, by_swap)
    return Schedule.objects.filter(reduce(or_, (Q(pk__in=schedules.values("pk")) for schedules in found)))
