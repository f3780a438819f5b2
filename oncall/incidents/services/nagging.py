"""Nobody answers: they are asked again, a bounded number of times, and then the managers are called."""

from datetime import datetime

from oncall.incidents.models import Assignment, State, Vacancy
from oncall.incidents.services.managers import call_managers, managers_of_service
from oncall.incidents.services.room import Room, room_of
from oncall.incidents.services.seats import NAG_EVERY, close_archived
from rotations.actors import Actor

NAGS = 5

Unanswered = Assignment | Vacancy


def nag_again(room: Room) -> None:
    """Go on nagging about who acts in roles that are required again, unless the managers were called."""
    paused = [one for one in room.open if one.state == State.ACTING and one.nag_at is None and one.nags <= NAGS]
    for one in paused:
        if room.is_required(room.rule_of(one.role)):
            one.nag_at = room.at + NAG_EVERY
            one.save(update_fields=["nag_at"])


def nag_due_seats(*, now: datetime, limit: int = 100) -> int:
    """Nag, in order of due time, about required seats in which somebody only acts, or nobody is; return how many.

    After five times, two minutes apart, the managers of the service's team are called, once. Each seat is claimed under
    its incident's lock: whoever accepted or took it meanwhile is not nagged about, and a second worker finds nothing.
    A late call nags once, and two minutes later again.
    """
    claimed = 0
    for row in _due(now, limit):
        with room_of(row.incident, by=Actor.system(), now=now) as room:
            for mine in [one for one in _unanswered(room) if one == row and one.nag_at and one.nag_at <= room.at]:
                _nag(room, mine)
                claimed += 1
    return claimed


def _due(now: datetime, limit: int) -> list[Unanswered]:
    acting = Assignment.objects.filter(state=State.ACTING, nag_at__lte=now)
    vacant = Vacancy.objects.filter(ended_at=None, nag_at__lte=now)
    due: list[tuple[datetime | None, int, Unanswered]] = [
        (row.nag_at, row.pk, row)
        for rows in (acting, vacant)
        for row in rows.select_related("incident").order_by("nag_at", "id")[:limit]
    ]
    return [row for _, _, row in sorted(due, key=lambda each: each[:2])][:limit]


def _unanswered(room: Room) -> list[Unanswered]:
    return [*(one for one in room.open if one.state == State.ACTING), *room.vacancies]


def _nag(room: Room, row: Unanswered) -> None:
    if not room.is_required(room.rule_of(row.role)):
        _pause(room, row)
    elif row.nags < NAGS:
        row.nags += 1
        row.nag_at = room.at + NAG_EVERY
        text = f"{_situation(row)}: reminded {row.nags} of {NAGS} times"
        room.record("nagged", text, assignment=_seated(row), times=row.nags, role=row.role.slug, seat=row.seat)
    else:
        row.nags, row.nag_at = NAGS + 1, None
        why = f"{_situation(row)} after {NAGS} reminders"
        managers = managers_of_service(room)
        call_managers(
            room, managers, why, assignment=_seated(row), because="nobody_accepted", role=row.role.slug, seat=row.seat
        )
    row.save(update_fields=["nags", "nag_at"])


def _pause(room: Room, row: Unanswered) -> None:
    row.nag_at = None
    if isinstance(row, Vacancy):
        # Opened in the instant in which the role was archived, by whoever did not see that yet.
        close_archived(room, row.role)


def _seated(row: Unanswered) -> Assignment | None:
    return row if isinstance(row, Assignment) else None


def _situation(row: Unanswered) -> str:
    if isinstance(row, Assignment):
        return f"{row.person.name} acts as {row.role.name} and has not accepted"
    return f"Nobody is {row.role.name}"
