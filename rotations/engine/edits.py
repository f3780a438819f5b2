"""What becomes of the turn in force when a rotation is edited? Nobody loses their turn, and the order goes on."""

from dataclasses import replace

from rotations.engine.intervals import micros
from rotations.engine.terms import Rotation, Slot, Version


def edited(rotation: Rotation, draft: Version) -> Rotation:
    """Return the rotation with ``draft`` in force from its ``effective_at``; nothing before that changes.

    Of the draft, everything counts but ``first_ordinal``, ``first_slot`` and ``carried``, which follow from the
    version before it. So do those of later versions, which are continued anew. A version at the same instant is
    replaced; where none is earlier, the draft stands as it is.
    """
    earlier = [version for version in rotation.versions if version.effective_at < draft.effective_at]
    later = [version for version in rotation.versions if version.effective_at > draft.effective_at]
    return _continued(rotation, earlier, [draft, *later])


def without_version(rotation: Rotation, pending: Version) -> Rotation:
    """Return the rotation without one of its versions but the first; later ones are continued anew."""
    earlier = [version for version in rotation.versions if version.effective_at < pending.effective_at]
    later = [version for version in rotation.versions if version.effective_at > pending.effective_at]
    return _continued(rotation, earlier, later)


def continued(before: Version, draft: Version) -> Version:
    """Return ``draft`` such that the turn in force under ``before`` is finished by its people.

    The turn of the draft that contains its ``effective_at`` keeps the ordinal and the people, before absences and
    overrides, of the turn in force then. If all of them were removed, the next slot in the old order of which
    anybody is left takes the rest of it; if nobody at all is left, the first slot of the draft does. The order
    goes on from there.
    """
    number = before.cadence.number_at(micros(draft.effective_at))
    people, place = before.members(number), before.slot_index(number)
    staying = {member.person for slot in draft.slots for member in slot}
    kept = tuple(member for member in people if member.person in staying)
    if _serving(kept) or not _serving(people):
        first_slot = _place_of(kept, before, place, draft.slots)
        carried = None if draft.slots[first_slot] == kept else kept
    else:
        first_slot = _successor(before, place, draft.slots, staying)
        carried = None
    return replace(draft, first_ordinal=before.ordinal(number), first_slot=first_slot, carried=carried)


def _continued(rotation: Rotation, settled: list[Version], drafts: list[Version]) -> Rotation:
    versions = list(settled)
    for draft in drafts:
        versions.append(continued(versions[-1], draft) if versions else draft)
    return replace(rotation, versions=tuple(versions))


def _successor(before: Version, place: int, slots: tuple[Slot, ...], staying: set[int]) -> int:
    """Return where, in ``slots``, the next slot of the old order now stands of which anybody is left."""
    count = len(before.slots)
    for after in (turn % count for turn in range(place + 1, place + count)):
        left = tuple(member for member in before.slots[after] if member.person in staying)
        if _serving(left):
            return _place_of(left, before, after, slots)
    return 0


def _place_of(people: Slot, before: Version, place: int, slots: tuple[Slot, ...]) -> int:
    """Return which of ``slots`` continues the old slot at ``place``, of which ``people`` are left.

    The one that shares most with it; of equal ones, the first of the old continues in the first of the new, the
    second in the second. A hole that has no counterpart stands before the slot that follows it.
    """
    likeness = [(len(_persons(people) & _persons(slot)), slot == people) for slot in slots]
    best = max(likeness)
    if not people and not best[1]:
        staying = {person for slot in slots for person in _persons(slot)}
        return (_successor(before, place, slots, staying) - 1) % len(slots)
    candidates = [index for index, like in enumerate(likeness) if like == best]
    rank = before.slots[:place].count(before.slots[place])
    return candidates[min(rank, len(candidates) - 1)]


def _serving(members: Slot) -> bool:
    return any(not member.shadow for member in members)


def _persons(members: Slot) -> set[int]:
    return {member.person for member in members}
