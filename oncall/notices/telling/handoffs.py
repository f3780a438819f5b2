"""Who is told of a handoff, and what? The recipient, the holder and, where nobody takes over, the managers."""

from collections.abc import Iterator

from oncall.notices.telling.kinds import Kind
from oncall.notices.telling.leads import lead_changed
from oncall.notices.telling.moments import clock, moment
from oncall.notices.telling.scene import Entry, Scene, ids, say, told_to
from oncall.notices.telling.told import Told


def handoff_offered(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the recipient what they need to know to answer, and the holder if they did not offer it themselves."""
    note = scene.handoffs.get(entry.data.get("handoff", 0))
    if note is None or not note.is_open:
        return
    role, holder = scene.role_in(entry), scene.name_of(entry.data.get("person"))
    is_automatic = bool(entry.data.get("is_automatic"))
    for who in scene.known([entry.data.get("to")]):
        said = [f"{what}: {words}" for what, words in note.said if words]
        if note.next_check_in is not None:
            said.append(f"Next check-in: {moment(note.next_check_in, who.zone)}")
        asks = f"The shift of {holder} ended, and the plan" if is_automatic else holder
        paragraphs = (
            f"{asks} asks you to take {role} over; {holder} stays {role} until you accept.",
            *said,
            f"Answer by {clock(note.expires_at, who.zone)}.",
        )
        subject = f"You are asked to take {role} over from {holder}"
        yield told_to(who, Kind.HANDOFF_OFFERED, scene, subject, paragraphs, action="Accept or decline")
    if is_automatic:
        subject = f"Your shift ended: {role} is offered to {scene.name_of(entry.data.get('to'))}"
        yield from say(Kind.SHIFT_HANDED_OVER, entry, scene, [entry.data.get("person")], subject)


def handed_off(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell whoever held it, and the responders if it was the lead."""
    role, new = scene.role_in(entry), entry.data.get("person")
    yield from say(
        Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("taken_from")], f"{scene.name_of(new)} took {role} over"
    )
    yield from lead_changed(entry, scene)


def handoff_declined(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the holder."""
    words = f"{scene.name_of(entry.data.get('to'))} declined to take {scene.role_in(entry)} over; you go on"
    yield from say(Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("person")], words)


def handoff_expired(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell both."""
    role = scene.role_in(entry)
    subject = f"{scene.name_of(entry.data.get('to'))} did not answer; you go on as {role}"
    yield from say(Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("person")], subject)
    subject = f"{scene.name_of(entry.data.get('person'))} goes on as {role}"
    yield from say(Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("to")], subject)


def handoff_cancelled(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the recipient, and the holder if they keep the role."""
    role = scene.role_in(entry)
    subject = f"You need not take {role} over any more"
    yield from say(Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("to")], subject)
    # Whatever else cancels a handoff ends the holder's role, and tells them by itself.
    if entry.data.get("because") in {"deactivated", "off_shift"}:
        yield from say(Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("person")], f"You go on as {role}")


def handoff_escalated(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the managers, and the holder what they did not hear yet."""
    role, holder = scene.role_in(entry), entry.data.get("person")
    subject = f"Nobody took {role} over from {scene.name_of(holder)}, whose shift ended"
    yield from say(Kind.HANDOFF_ESCALATED, entry, scene, ids(entry, "managers"), subject)
    # What became of a handoff, its holder heard with its answer.
    if entry.data.get("handoff") is None:
        subject = f"Your shift ended; you go on as {role}"
        yield from say(Kind.SHIFT_HANDED_OVER, entry, scene, [holder], subject)
