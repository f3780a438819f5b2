"""What does each rule do to the people on call? One function for each step after the turns themselves."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, assert_never

from rotations.engine.terms import AbsencePolicy, Cover, Occurrence, Override, Seats, Slot, Source, Step, Swap

Covers = tuple[Cover, ...]

# Through tuple, a named one is made in a third of the time; all of its fields must be given.
_make: Final = tuple.__new__


class Held(NamedTuple):
    """Who holds the pager after some of the rules; ``silence`` is the override that planned for nobody."""

    covers: Covers
    silence: int | None = None


NOBODY: Final = Held(())


def covers_of(seats: Seats, ordinal: int, rotation: int, layer: int, window: Occurrence | None) -> Covers:
    """Spell out who is on in a turn that no rule has touched, and why."""
    return tuple(
        [
            _make(Cover, (person, _make(Source, (rotation, layer, ordinal, seat, window, None, ())), ()))
            for person, seat in seats
        ]
    )


def absences_covered(
    covers: Covers,
    *,
    policy: AbsencePolicy,
    absent: Mapping[int, int],
    slots_after: Iterable[Slot],
    is_active: Callable[[int], bool],
) -> Covers:
    """Apply the absence policy to the people of one turn; ``absent`` gives each absent person's absence.

    With ``next``, each absent person gives way to one person of the first slot after the turn's that has anybody
    active, present and not yet on in this rotation.
    """
    if policy == "flag":
        return covers
    kept = {cover.person for cover in covers if cover.person not in absent}
    answer: list[Cover] = []
    for cover in covers:
        if cover.person in kept:
            answer.append(cover)
        elif policy == "next":
            free = (
                member.person
                for slot in slots_after
                for member in slot
                if not member.shadow
                and member.person not in absent
                and member.person not in kept
                and is_active(member.person)
            )
            for person in free:
                answer.append(Cover(person, cover.source._replace(absence=absent[cover.person])))
                kept.add(person)
                break
    return tuple(answer)


def changed(held: Held, change: Override | Swap, *, layer: int | None = None) -> Held:
    """Apply one override or swap to the result of those before it.

    ``layer`` is that of the rotation to which an override belongs; None for one of the schedule.
    """
    if isinstance(change, Swap):
        return _make(Held, (_swapped(held.covers, change), held.silence))
    match change.kind:
        case "silence":
            return Held((), change.id)
        case "add":
            return _make(Held, ((*held.covers, *_put_on(change, layer)), None))
        case "remove":
            return Held(tuple(cover for cover in held.covers if cover.person != change.replaces), held.silence)
        case "replace" if change.replaces is None:
            return Held(_put_on(change, layer))
        case "replace":
            return _make(Held, (_replaced(held.covers, change), held.silence))
        case _:
            assert_never(change.kind)


def replaces_everyone(change: Override | Swap) -> bool:
    """Tell whether the result of ``changed`` is the same whatever it is applied to."""
    if isinstance(change, Swap):
        return False
    return change.kind == "silence" or (change.kind == "replace" and change.replaces is None)


def whom_it_concerns(change: Override | Swap) -> int | None:
    """Return the person without whom ``changed`` does nothing, or None where it changes whatever it finds."""
    if isinstance(change, Override) and change.kind not in ("replace", "remove"):
        return None
    return change.replaces


def one_entry_each(covers: Covers) -> Covers:
    """Give each person one entry: the highest layer is the main reason, then the lowest rotation.

    Among equals the reason that needed the fewest overrides is the main one, so that adding somebody who is on call
    anyway leaves their shift whole.
    """
    if len(covers) < 2:
        return covers
    reasons: dict[int, list[Source]] = {}
    for cover in covers:
        reasons.setdefault(cover.person, []).append(cover.source)
    if len(reasons) == len(covers):
        return covers
    entries = ((person, sorted(sources, key=_precedence)) for person, sources in reasons.items())
    return tuple(Cover(person, main, tuple(also)) for person, (main, *also) in entries)


def _precedence(source: Source) -> tuple[float, float, int]:
    layer = float("inf") if source.layer is None else -source.layer
    rotation = float("inf") if source.rotation is None else source.rotation
    return layer, rotation, len(source.chain)


def _put_on(override: Override, layer: int | None) -> Covers:
    if override.person is None:
        return ()
    source = (override.rotation, layer, None, 0, None, None, (_make(Step, ("override", override.id)),))
    return (_make(Cover, (override.person, _make(Source, source), ())),)


def _replaced(covers: Covers, override: Override) -> Covers:
    if override.person is None:
        return covers
    step = _make(Step, ("override", override.id))
    return tuple(
        [_passed_on(cover, override.person, step) if cover.person == override.replaces else cover for cover in covers]
    )


def _swapped(covers: Covers, swap: Swap) -> Covers:
    step = Step("swap", swap.id)
    return tuple(
        _passed_on(cover, swap.person, step)
        if cover.person == swap.replaces and cover.source.ordinal == swap.ordinal
        else cover
        for cover in covers
    )


def _passed_on(cover: Cover, person: int, step: Step) -> Cover:
    rotation, layer, ordinal, seat, window, absence, chain = cover.source
    source = _make(Source, (rotation, layer, ordinal, seat, window, absence, (*chain, step)))
    return _make(Cover, (person, source, ()))
