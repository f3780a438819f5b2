"""Which schedules matter to an open incident? Those in which its people are looked for, until it is resolved."""

from oncall.incidents.models import WatchedSchedule
from oncall.incidents.services.asking import gather
from oncall.incidents.services.room import Room
from oncall.incidents.staffing import Facts, ScheduleFacts


def watch(room: Room, facts: Facts) -> None:
    """Look again at the schedules that were asked when somebody else goes on call there."""
    for schedule, answer in facts.schedules.items():
        watched = WatchedSchedule(incident=room.incident, schedule_id=schedule)
        remember(watched, answer)
        room.watch(watched)


def watch_required(room: Room) -> None:
    """Watch, too, where people are looked for whose role somebody held before it was required."""
    required = [rule for rule in room.plan.rules if room.is_required(rule)]
    if unwatched := [rule for rule in required if not all(map(room.is_watched, rule.schedules))]:
        watch(room, gather(room, unwatched).facts)


def remember(watched: WatchedSchedule, answer: ScheduleFacts) -> None:
    """Set what the schedule said when it was looked at; the caller saves it."""
    watched.people = [one.person for one in answer.people]
    watched.revision = answer.revision
    watched.look_at = answer.changes_at


def stop_watching(room: Room) -> None:
    """Look at no schedule any more; nobody is asked for a role of what is resolved."""
    WatchedSchedule.objects.filter(incident=room.incident).delete()
