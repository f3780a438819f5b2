"""It is over, resolved or merged into another: what ends with an incident, at one moment."""

from oncall.incidents.models import Assignment, EndReason, State, Status, Vacancy
from oncall.incidents.services.open_handoffs import cancel_handoffs
from oncall.incidents.services.presence import stop_asking_for_help
from oncall.incidents.services.room import Room
from oncall.incidents.services.watching import stop_watching


def end_incident(room: Room, *, because: EndReason) -> list[int]:
    """End every open assignment, vacancy, handoff and call for help of the incident; return the assignments.

    Nobody is nagged, and no schedule is watched any more. The caller tells.
    """
    ended = [one.pk for one in room.open]
    cancel_handoffs(room, room.open, because=because)
    Assignment.objects.filter(incident=room.incident, ended_at=None).update(
        state=State.ENDED, ended_at=room.at, end_reason=because
    )
    Vacancy.objects.filter(incident=room.incident, ended_at=None).update(ended_at=room.at)
    stop_asking_for_help(room)
    stop_watching(room)
    room.change(status=Status.RESOLVED, resolved_at=room.at)
    return ended
