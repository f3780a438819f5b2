"""Who is called when nobody does it? The managers of a team; the administrators, where nobody manages it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from oncall.incidents.models import Assignment
from oncall.incidents.services.room import Room
from oncall.incidents.services.words import together
from oncall.incidents.staffing import RuleValue, Vacant
from rotations.models import Person, Team

# A severity that goes up and down, or a plan edited back and forth, calls nobody twice within this time.
CALLED_AGAIN_AFTER = timedelta(minutes=10)


def managers_of_service(room: Room) -> list[Person]:
    """Return who manages the team of the incident's service, in order of id."""
    return _managers(Team.objects.filter(services=room.incident.service_id))


def call_managers(
    room: Room,
    managers: Sequence[Person],
    why: str,
    /,
    *,
    kind: str = "managers_called",
    assignment: Assignment | None = None,
    **data: Any,
) -> None:
    """Note that ``managers`` are called, and ``why`` in words."""
    text = f"{why}; {called(managers)}"
    room.record(kind, text, assignment=assignment, managers=[person.pk for person in managers], **data)


def called(managers: Iterable[Person]) -> str:
    """Return who is called in words: ``Mo and Nia are called``."""
    people = [*managers]
    if not people:
        return "there is no manager to call"
    return f"{together(people)} {'are' if len(people) > 1 else 'is'} called"


def call_for_nobody_on_call(room: Room, rule: RuleValue, seat: int) -> None:
    """Tell the managers of the teams whose schedules were asked for a role that nobody was on call."""
    of_seat: dict[str, Any] = {"role": rule.slug, "seat": seat}
    if not rule.schedules or _were_called(room, of_seat):
        return
    managers = _managers(Team.objects.filter(schedules__in=rule.schedules))
    why = f"Nobody is on call where people for {rule.name} are looked for"
    call_managers(room, managers, why, because=Vacant.NO_ONE_ON_CALL, **of_seat)


def _were_called(room: Room, of_seat: dict[str, Any]) -> bool:
    if room.is_new:
        return False
    lately = room.incident.timeline.filter(kind="managers_called", at__gt=room.at - CALLED_AGAIN_AFTER)
    return lately.filter(**{f"data__{name}": value for name, value in of_seat.items()}).exists()


def _managers(teams: QuerySet[Team]) -> list[Person]:
    active = Person.objects.filter(is_active=True).order_by("pk")
    of_teams = active.filter(memberships__is_manager=True, memberships__team__in=teams)
    return list(of_teams.distinct()) or list(active.filter(is_superuser=True))
