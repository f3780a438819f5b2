"""Why is this person on call at this moment? Everything that was considered, and what each did or why it did nothing.

The steps are those of ``plan.workings_at``, which make the answer; here they are only told.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from rotations.engine.effects import (
    Finding,
    Who,
    Words,
    effect_of,
    listed,
    named,
    override_words,
    said,
    span_words,
    swap_words,
)
from rotations.engine.held import turn_numbered
from rotations.engine.intervals import in_utc, instant, micros
from rotations.engine.plan import Change, Share, Workings, workings_at
from rotations.engine.rules import Held
from rotations.engine.terms import Absence, Answer, Override, Plan, Rotation, Swap, Version
from rotations.engine.turns import absent_at
from rotations.engine.windows import Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Explanation(NamedTuple):
    """An answer, and what was found on the way to it, in the order in which it was considered."""

    answer: Answer
    findings: tuple[Finding, ...]


def explain_at(plan: Plan, moment: datetime) -> Explanation:
    """Return why whoever is on call at ``moment`` is.

    Told are all rotations and versions; of overrides and absences those whose span contains the moment, and of swaps
    those of the turns in force.

    Raises:
        ValueError: ``moment`` is naive.
    """
    workings = workings_at(plan, moment)
    return Explanation(workings.answer, tuple(_findings(plan, workings, micros(in_utc(moment)))))


def _findings(plan: Plan, workings: Workings, at: int) -> Iterator[Finding]:
    shares = {share.turn.rotation.id: share for share in workings.shares}
    for rotation in plan.in_order:
        share = shares.get(rotation.id)
        if share is None:
            yield from _not_in_force(plan, rotation, at)
        else:
            yield from _in_force(plan, share, at)
    yield from _other_absences(plan, workings, at)
    yield from _layers(workings)
    yield from _changes(plan, None, workings.changes, workings.results, at)
    yield _answer(workings.answer)


def _not_in_force(plan: Plan, rotation: Rotation, at: int) -> Iterator[Finding]:
    begins, ends = rotation.in_force
    if not rotation.versions:
        why = "it has no version"
    elif at < begins:
        why = f"it begins {said(instant(begins))}"
    else:
        why = f"it ended {said(instant(ends))}"
    yield Finding("rotation", (f"{_title(rotation)}: not in force, {why}.",), rotation.id, rotation.layer)
    yield from _versions(rotation, at)
    for override in _standing(plan, rotation.id, at):
        words = (*override_words(override), ": its rotation is not in force, no effect.")
        yield Finding("override", words, rotation.id, rotation.layer, override=override.id)


def _in_force(plan: Plan, share: Share, at: int) -> Iterator[Finding]:
    rotation = share.turn.rotation
    yield Finding("rotation", (f"{_title(rotation)}: in force.",), rotation.id, rotation.layer)
    yield from _versions(rotation, at)
    yield from _windows(share)
    yield _turn(share)
    yield from _left(plan, share, at)
    yield from _away(plan, share, at)
    yield from _changes(plan, share, share.changes, share.results, at)
    for shadow in share.shadows:
        words = (Who(shadow.person), " shadows this turn, and is not counted.")
        yield Finding("shadow", words, rotation.id, rotation.layer, shadow.source.ordinal, shadow.person)


def _versions(rotation: Rotation, at: int) -> Iterator[Finding]:
    version_now = rotation.version_at(at)
    ends = [version.effective_at for version in rotation.versions[1:]]
    for version, replaced_at in zip(rotation.versions, [*ends, None], strict=True):
        if version is version_now:
            state = "in force"
        elif micros(version.effective_at) > at:
            state = "not in force yet"
        elif replaced_at is not None and micros(replaced_at) <= at:
            state = f"not in force, replaced {said(replaced_at)}"
        else:
            state = "not in force, the rotation has ended"
        words = (f"Version of {said(version.effective_at)}: {state}.",)
        yield Finding("version", words, rotation.id, rotation.layer)


def _windows(share: Share) -> Iterator[Finding]:
    turn = share.turn
    for place, window in enumerate(turn.version.windows):
        is_open = turn.window is not None and turn.window.place == place
        state = f"open since {turn.window.starts_on:%Y-%m-%d}" if is_open and turn.window else "not open"
        words = (f"Hours {_hours(window)} ({turn.version.cadence.zone.key}): {state}.",)
        yield Finding("window", words, turn.rotation.id, turn.rotation.layer)


def _turn(share: Share) -> Finding:
    rotation, version, number, is_open, _ = share.turn
    ordinal = version.ordinal(number)
    span = turn_numbered(rotation, ordinal)
    when = f", {span_words(span.start, span.end)}" if span else ""
    slot = version.members(number)
    members = [member.person for member in slot if not member.shadow]
    who = listed(members) if members else (f"nobody, the slot {'has shadows alone' if slot else 'is empty'}",)
    carried = ", as before an edit" if _is_carried(version, number) else ""
    outside = "" if is_open else "; outside its windows, no effect"
    words = (f"Turn {ordinal}{when}: ", *who, f"{carried}{outside}.")
    return Finding("turn", words, rotation.id, rotation.layer, ordinal, members[0] if members else None)


def _left(plan: Plan, share: Share, at: int) -> Iterator[Finding]:
    rotation, version, number, _, _ = share.turn
    for member in version.members(number):
        if not plan.is_active(member.person, at):
            words = (Who(member.person), f": deactivated {said(plan.deactivated[member.person])}, not counted.")
            yield Finding("deactivation", words, rotation.id, rotation.layer, version.ordinal(number), member.person)


def _away(plan: Plan, share: Share, at: int) -> Iterator[Finding]:
    """Tell what became of those in the turn who are away."""
    rotation, version, number, _, _ = share.turn
    counted = absent_at(plan, at)
    for absence in _absences(plan, at):
        if absence.person in _seated(plan, share, at):
            words = (*_absence_words(absence), ": ", *_stand_in(plan, share, absence, counted), ".")
            ordinal = version.ordinal(number)
            yield Finding("absence", words, rotation.id, rotation.layer, ordinal, absence.person, absence.id)


def _stand_in(plan: Plan, share: Share, absence: Absence, counted: dict[int, int]) -> Words:
    if plan.absence_policy == "flag":
        return ("the schedule only flags absences, no effect; a conflict",)
    if counted[absence.person] != absence.id:
        return (f"absence {counted[absence.person]} counts already, no effect",)
    stand_ins = [cover.person for cover in share.results[0].covers if cover.source.absence == absence.id]
    if stand_ins:
        return (*listed(stand_ins), ", next in order, stands in")
    return ("their place stays empty",) if plan.absence_policy == "skip" else ("nobody is free to stand in",)


def _other_absences(plan: Plan, workings: Workings, at: int) -> Iterator[Finding]:
    """Tell of those who are away and not in a turn; whoever is on call all the same was put there."""
    seated = {person for share in workings.shares for person in _seated(plan, share, at)}
    on_call = {cover.person for cover in workings.answer.people}
    for absence in _absences(plan, at):
        if absence.person not in seated:
            why = "on call by an override or a swap; a conflict" if absence.person in on_call else "not in a turn"
            words = (*_absence_words(absence), f": {why}, no effect.")
            yield Finding("absence", words, person=absence.person, absence=absence.id)


def _changes(
    plan: Plan, share: Share | None, changes: Sequence[Change], results: tuple[Held, ...], at: int
) -> Iterator[Finding]:
    """Tell of the overrides and swaps of one rotation or, without a share, of the schedule."""
    effects: dict[object, Words] = {
        (type(change.value), change.value.id): effect_of(change.value, before, after)
        for change, (before, after) in zip(changes, pairwise(results), strict=True)
    }
    considered: list[Override | Swap] = [
        *_standing(plan, share.turn.rotation.id if share else None, at),
        *_swaps_of(plan, share),
    ]
    for change in sorted(considered, key=_rank):
        effect = effects.get((type(change), change.id)) or _passed_over(plan, change, at)
        yield _told(change, share.turn.rotation if share else None, effect)


def _told(change: Override | Swap, rotation: Rotation | None, effect: Words) -> Finding:
    words = (*(swap_words(change) if isinstance(change, Swap) else override_words(change)), ": ", *effect, ".")
    number, layer = (rotation.id, rotation.layer) if rotation else (None, None)
    if isinstance(change, Swap):
        return Finding("swap", words, number, layer, change.ordinal, change.person, swap=change.id)
    return Finding("override", words, number, layer, person=change.person or change.replaces, override=change.id)


def _passed_over(plan: Plan, change: Override | Swap, at: int) -> Words:
    if isinstance(change, Swap) and change.span and not micros(change.span.start) <= at < micros(change.span.end):
        return (f"covers only {span_words(change.span.start, change.span.end)}, no effect",)
    assert change.person is not None  # noqa: S101 - nothing else stops before its end
    return (Who(change.person), f" was deactivated {said(plan.deactivated[change.person])}, no effect")


def _layers(workings: Workings) -> Iterator[Finding]:
    for layer in sorted({share.turn.rotation.layer for share in workings.shares}, reverse=True):
        covers = [cover for share in workings.shares for cover in share.results[-1].covers]
        people = [cover.person for cover in covers if cover.source.layer == layer]
        if not people:
            words: Words = (f"Layer {layer}: nobody.",)
        elif layer == workings.layer:
            words = (f"Layer {layer}: ", *listed(people), "; the highest with anybody, it answers.")
        else:
            words = (f"Layer {layer}: ", *listed(people), f"; covered by layer {workings.layer}, no effect.")
        yield Finding("layer", words, layer=layer)


def _answer(answer: Answer) -> Finding:
    if answer.people:
        people = [cover.person for cover in answer.people]
        return Finding("answer", ("On call: ", *listed(people), "."), person=people[0])
    if answer.silence is not None:
        return Finding("answer", ("On call: nobody, as planned.",), override=answer.silence)
    return Finding("answer", ("On call: nobody, a gap.",))


def _standing(plan: Plan, rotation: int | None, at: int) -> list[Override]:
    """Return every override of one scope whose span contains an instant, whether its substitute is active or not."""
    found = (override for override in plan.overrides if override.rotation == rotation)
    return sorted((each for each in found if micros(each.start) <= at < micros(each.end)), key=_rank)


def _swaps_of(plan: Plan, share: Share | None) -> list[Swap]:
    if share is None:
        return []
    turn = (share.turn.rotation.id, share.turn.version.ordinal(share.turn.number))
    return [each.value for each in plan.swaps_of.get(turn, ())]


def _rank(change: Override | Swap) -> tuple[int, int]:
    since = change.accepted_at if isinstance(change, Swap) else change.created_at
    return micros(since), change.id


def _absences(plan: Plan, at: int) -> list[Absence]:
    return [away.value for away in plan.absent.within(at, at + 1)]


def _seated(plan: Plan, share: Share, at: int) -> set[int]:
    """Return who counts in a turn that is open."""
    members = share.turn.version.members(share.turn.number) if share.turn.is_open else ()
    return {member.person for member in members if plan.is_active(member.person, at)}


def _is_carried(version: Version, number: int) -> bool:
    return number == version.first_number and version.carried is not None


def _absence_words(absence: Absence) -> Words:
    return (Who(absence.person), f" is away, {span_words(absence.start, absence.end)}")


def _title(rotation: Rotation) -> str:
    return f"{named(rotation)}, layer {rotation.layer}"


def _hours(window: Window) -> str:
    days = " ".join(DAYS[day] for day in sorted(window.days))
    return f"{days} {window.start:%H:%M}-{window.end:%H:%M}"
