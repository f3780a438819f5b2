"""What did one override or swap do to the people on call? In words in which people stand by their ids."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, assert_never

from rotations.engine.rules import Held
from rotations.engine.terms import Override, Rotation, Swap

FindingKind = Literal[
    "rotation", "version", "window", "turn", "deactivation", "absence", "override", "swap", "shadow", "layer", "answer"
]


@dataclass(frozen=True, slots=True)
class Who:
    """A person, to be written by their name."""

    person: int


Words = tuple[str | Who, ...]


class Finding(NamedTuple):
    """One thing that was considered. ``words`` are a sentence; moments in it are written as ISO 8601 in UTC."""

    kind: FindingKind
    words: Words
    rotation: int | None = None
    layer: int | None = None
    ordinal: int | None = None
    person: int | None = None
    absence: int | None = None
    override: int | None = None
    swap: int | None = None


def effect_of(change: Override | Swap, before: Held, after: Held) -> Words:
    """Return what ``change`` made of ``before``, which is ``after``."""
    on_before = [cover.person for cover in before.covers]
    if isinstance(change, Swap):
        if before == after:
            return (Who(change.replaces), " does not hold the turn, no effect")
        return (Who(change.person), " takes it")
    match change.kind:
        case "silence":
            return (*listed(on_before), " off, nobody is planned") if on_before else ("nobody is planned",)
        case "add":
            return _added(change, on_before)
        case "remove" | "replace" if change.replaces is not None:
            return _instead(change, on_before, after)
        case "replace" | "remove":
            return _instead_of_everyone(change, on_before)
        case _:
            assert_never(change.kind)


def override_words(override: Override) -> Words:
    """Return what an override is for."""
    person, replaces = override.person, override.replaces
    what: Words
    match override.kind:
        case "silence":
            what = ("planned silence",)
        case "add":
            what = ("add ", *_who(person))
        case "remove":
            what = ("remove ", *_who(replaces))
        case "replace":
            what = ("replace ", *(_who(replaces) if replaces is not None else ("everyone",)), " by ", *_who(person))
        case _:
            assert_never(override.kind)
    return (f"Override {override.id}, {span_words(override.start, override.end)}, ", *what)


def swap_words(swap: Swap) -> Words:
    """Return what a swap is for."""
    return (f"Swap {swap.id} of turn {swap.ordinal}, ", Who(swap.person), " for ", Who(swap.replaces))


def listed(people: Iterable[int]) -> Words:
    """Return people as a list with commas, each once."""
    words: list[str | Who] = []
    for person in dict.fromkeys(people):
        words += [", ", Who(person)] if words else [Who(person)]
    return tuple(words)


def named(rotation: Rotation) -> str:
    """Return what a rotation is called."""
    return rotation.name or f"Rotation {rotation.id}"


def said(moment: datetime) -> str:
    """Return a moment as reasons are written, in UTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def span_words(start: datetime, end: datetime) -> str:
    """Return a span as reasons are written."""
    return f"{said(start)} to {said(end)}"


def _added(override: Override, on_before: list[int]) -> Words:
    if override.person in on_before:
        return (*_who(override.person), " was on call already")
    return (*_who(override.person), " is on call too")


def _instead(override: Override, on_before: list[int], after: Held) -> Words:
    replaces = _who(override.replaces)
    if override.replaces not in on_before:
        return (*replaces, " was not on call, no effect")
    if override.person is not None:
        return (*_who(override.person), " takes over from ", *replaces)
    return (*replaces, " off" if after.covers else " off, nobody is left")


def _instead_of_everyone(override: Override, on_before: list[int]) -> Words:
    if not on_before:
        return (*_who(override.person), " takes over, nobody was on call")
    return (*_who(override.person), " takes over from ", *listed(on_before))


def _who(person: int | None) -> Words:
    return () if person is None else (Who(person),)
