"""What may somebody change in a schedule? Asked once for a page, which offers what the services will let through."""

from dataclasses import dataclass

from rotations.actors import Actor
from rotations.models import Override, Person, Schedule
from rotations.permissions import is_member, manages


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who looks, and what they are to the team: managers change everything, members put themselves on call.

    Managers count as members.
    """

    viewer: Person
    is_manager: bool
    is_member: bool

    def may_change(self, person: int | None) -> bool:
        """Return whether there is anything to offer in a span in which ``person`` is on call, None nobody."""
        return self.is_manager or self.is_member or person == self.viewer.pk

    def may_act_for(self, person: int | None) -> bool:
        """Return whether the viewer may ask for something on behalf of ``person``."""
        return self.is_manager or person == self.viewer.pk

    def may_end(self, override: Override) -> bool:
        """Return whether the viewer may end ``override``."""
        return self.is_manager or self.viewer.pk in (override.person_id, override.replaces_id)

    def ways(self, replaces: Person | None) -> list[tuple[str, str]]:
        """Return in which ways the viewer may change such a span, as pairs of value and words, the likeliest first."""
        is_own = replaces == self.viewer
        ways = []
        if replaces is not None and (self.is_manager or is_own):
            ways.append(("replace", f"Somebody else instead of {'me' if is_own else replaces.name}"))
        if (self.is_manager or self.is_member) and not is_own:
            ways.append(("take", f"I take over from {replaces.name}" if replaces else "I take it"))
        if self.is_manager:
            ways.append(("add", f"Somebody in addition to {replaces.name}" if replaces else "Put somebody on call"))
            ways.append(("silence", "Nobody, as planned"))
        return ways


def allowed(viewer: Person, schedule: Schedule) -> Allowed:
    """Return what ``viewer`` may change in ``schedule``; two queries at most."""
    by = Actor.of_person(viewer)
    is_manager = manages(by, schedule.team)
    return Allowed(viewer, is_manager, is_manager or is_member(by, schedule.team))
