"""Who is told that an incident is led by somebody else? Everybody who responds to it."""

from collections.abc import Iterator

from oncall.notices.telling.kinds import Kind
from oncall.notices.telling.scene import Entry, Scene, say
from oncall.notices.telling.told import Told

LEAD = "lead"


def lead_changed(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the responders who leads now; whoever does knows."""
    if entry.data.get("role") != LEAD:
        return
    new = entry.data.get("person")
    others = [one for one in scene.responders if one != new]
    subject = f"{scene.name_of(new)} is {scene.role_in(entry)}"
    yield from say(Kind.LEAD_CHANGED, entry, scene, others, subject)


def lead_left(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the responders that nobody leads who did."""
    if entry.data.get("role") != LEAD:
        return
    old = entry.data.get("person")
    others = [one for one in scene.responders if one != old]
    yield from say(Kind.LEAD_CHANGED, entry, scene, others, f"{scene.role_in(entry)} was given up")
