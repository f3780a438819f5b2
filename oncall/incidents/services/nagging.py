"""Nobody answers: they are asked again, a bounded number of times, and then the managers are called."""

from datetime import datetime, timedelta

from oncall.incidents.models import Assignment, State, Vacancy
from oncall.incidents.services.managers import call_managers, managers_of_service
from oncall.incidents.services.room import Room, room_of
from rotations.actors import Actor

NAG_EVERY = timedelta(minutes=2)
NAGS = 5

Unanswered = Assignment | Vacancy


def start_nagging(row: Unanswered, *, at: datetime) -> None:
    """Let ``row``, which the caller saves, be nagged about from ``at`` on."""
    row.nags, row.nag_at = 0, at + NAG_EVERY


def nag_again(room: Room) -> None:
    """Go on nagging about who acts in roles that are required again; the severity has changed."""
    for one in room.open:
        if (
            one.state == State.ACTING
            and one.nag_at is None
            and one.nags < NAGS
            and room.is_required(room.rule_of(one.role))
        ):
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
        row.nag_at = None
    elif row.nags < NAGS:
        row.nags += 1
        row.nag_at = room.at + NAG_EVERY
        text = f"{_situation(row)}: reminded {row.nags} of {NAGS} times"
        room.record("nagged", text, assignment=_seated(row), times=row.nags, role=row.role.slug, seat=row.seat)
    else:
        row.nag_at = None
        why = f"{_situation(row)} after {NAGS} reminders"
        managers = managers_of_service(room)
        call_managers(
            room, managers, why, assignment=_seated(row), because="nobody_accepted", role=row.role.slug, seat=row.seat
        )
    row.save(update_fields=["nags", "nag_at"])


def _seated(row: Unanswered) -> Assignment | None:
    return row if isinstance(row, Assignment) else None


def _situation(row: Unanswered) -> str:
    if isinstance(row, Assignment):
        return f"{row.person.name} acts as {row.role.name} and has not accepted"
    return f"Nobody is {row.role.name}"
