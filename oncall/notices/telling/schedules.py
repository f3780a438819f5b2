"""Who is told of a schedule, and what? Shifts come near or change, swaps are asked and answered, gaps foreseen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from oncall.notices.telling.kinds import Kind
from oncall.notices.telling.moments import by_their_clock, in_words, moment, span
from oncall.notices.telling.spells import Moved
from oncall.notices.telling.told import Told, Who, once_each
from rotations.engine.intervals import Interval

MOST_LISTED = 20
COUNTERPARTS = {"swap_accepted": "accepted", "swap_declined": "declined", "swap_cancelled": "took back"}


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of a schedule. ``actor`` is the person who made it, None for tokens and the system."""

    id: int
    at: datetime
    what: str
    summary: str
    data: Mapping[str, Any]
    actor: int | None = None
    actor_name: str = ""


@dataclass(frozen=True, slots=True)
class SwapAsked:
    """A swap as it stands now. ``back`` is the turn that ``replaces`` takes in return.

    ``is_counterpart`` is true of that other half: what is told of the first half goes for both.
    """

    rotation: str
    replaces: int
    person: int | None
    part: Interval
    reason: str = ""
    asked_by: int | None = None
    is_open: bool = True
    back: Interval | None = None
    is_counterpart: bool = False


@dataclass(frozen=True, slots=True)
class Warned:
    """Trouble foreseen. ``person`` is whom it is about, if about anybody."""

    id: int
    start: datetime
    end: datetime
    text: str
    person: int | None = None


@dataclass(frozen=True)
class ScheduleScene:
    """A schedule and the people around it. ``members`` are those who may take a swap that its team is asked for."""

    slug: str
    name: str
    managers: tuple[int, ...] = ()
    members: tuple[int, ...] = ()
    people: Mapping[int, Who] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/schedules/{self.slug}/"

    def name_of(self, person: int | None) -> str:
        """Return somebody's name, for nobody that it is somebody of the team."""
        return "Somebody of the team" if person is None else self.names.get(person, "Somebody")

    def known(self, people: Iterable[int | None]) -> Iterator[Who]:
        """Yield those of ``people`` who can be told, each once, in order."""
        return (self.people[one] for one in dict.fromkeys(people) if one is not None and one in self.people)


def told_of_swap(change: Change, swap: SwapAsked, scene: ScheduleScene) -> tuple[Told, ...]:
    """Return what people are told of a swap that was asked, answered or flagged; nothing for whoever did it."""
    if swap.is_counterpart:
        return ()
    match change.what:
        case "swap_asked":
            told = _swap_asked(swap, scene) if swap.is_open else ()
        case "swap_accepted" | "swap_declined" | "swap_cancelled":
            told = _swap_answered(change, swap, scene)
        case "swap_flagged":
            told = _swap_flagged(change, swap, scene)
        case _:
            told = ()
    return once_each(told, without=change.actor)


def shifts_changed(changes: Sequence[Change], found: Mapping[int, Moved], scene: ScheduleScene) -> tuple[Told, ...]:
    """Return what each person is told who gained or lost shifts by ``changes``, in words; not who made them all."""
    actors = {change.actor for change in changes}
    alone = actors.pop() if len(actors) == 1 else None
    told = (_shifts_changed(changes, found[who.id], who, scene) for who in scene.known(found))
    return once_each(told, without=alone)


def shift_soon(
    spell: Interval, person: int, scene: ScheduleScene, *, now: datetime, known_until: datetime
) -> tuple[Told, ...]:
    """Return the reminder of a shift that is near; one that lasts up to ``known_until`` goes on after it."""
    return tuple(
        Told(
            who.id,
            Kind.SHIFT_SOON,
            f"You are on call in {in_words(spell.start - now)}: {scene.name}",
            (f"Your shift in {scene.name}: {_when(spell, who, known_until)}.",),
            scene.path,
            "See the schedule",
            expires_at=spell.start,
        )
        for who in scene.known([person])
    )


def warned(warnings: Sequence[Warned], scene: ScheduleScene) -> tuple[Told, ...]:
    """Return what the managers are told of trouble foreseen, in one notice, and each person of what is theirs."""
    told = [
        _warning(warnings, who, scene, f"{_count(warnings)} in {scene.name}") for who in scene.known(scene.managers)
    ]
    for who in scene.known(each.person for each in warnings):
        theirs = [each for each in warnings if each.person == who.id]
        told.append(_warning(theirs, who, scene, f"You are on call in {scene.name} while you are away"))
    return once_each(told)


def _shifts_changed(changes: Sequence[Change], each: Moved, who: Who, scene: ScheduleScene) -> Told:
    paragraphs = (
        *_spans("You are on call", each.gained, who),
        *_spans("No longer on call", each.lost, who),
        *(_why(change, who) for change in changes),
    )
    subject = f"Your shifts in {scene.name} changed"
    return Told(who.id, Kind.SHIFTS_CHANGED, subject, paragraphs, scene.path, "See the schedule")


def _swap_asked(swap: SwapAsked, scene: ScheduleScene) -> Iterator[Told]:
    asker = scene.name_of(swap.replaces)
    people = [one for one in scene.members if one != swap.replaces] if swap.person is None else [swap.person]
    for who in scene.known(people):
        asked = "your team" if swap.person is None else "you"
        when = span(swap.part.start, swap.part.end, who.zone)
        paragraphs = [f"{asker} asks {asked} to take over in {scene.name}, {swap.rotation}: {when}."]
        if swap.back is not None:
            paragraphs.append(f"In return {asker} takes yours: {span(swap.back.start, swap.back.end, who.zone)}.")
        if swap.reason:
            paragraphs.append(f"Why: {swap.reason}")
        subject = f"Can you take over from {asker} in {scene.name}?"
        yield Told(who.id, Kind.SWAP_ASKED, subject, tuple(paragraphs), "/me/", "Accept or decline")


def _swap_answered(change: Change, swap: SwapAsked, scene: ScheduleScene) -> Iterator[Told]:
    answer = COUNTERPARTS[change.what]
    for who in scene.known([swap.replaces, swap.asked_by, swap.person]):
        when = span(swap.part.start, swap.part.end, who.zone)
        subject = f"{change.actor_name} {answer} a swap in {scene.name}"
        words = f"{scene.name_of(swap.person)} instead of {scene.name_of(swap.replaces)} in {swap.rotation}: {when}."
        yield Told(who.id, Kind.SWAP_ANSWERED, subject, (words,), scene.path, "See the schedule")


def _swap_flagged(change: Change, swap: SwapAsked, scene: ScheduleScene) -> Iterator[Told]:
    for who in scene.known([swap.replaces, swap.person]):
        when = span(swap.part.start, swap.part.end, who.zone)
        words = f"{by_their_clock(change.summary, who.zone)}. It was agreed for {when}."
        subject = f"A swap of yours in {scene.name} wants another look"
        yield Told(who.id, Kind.SWAP_FLAGGED, subject, (words,), scene.path, "See the schedule")


def _spans(words: str, spans: Sequence[Interval], who: Who) -> Iterator[str]:
    for each in spans[:MOST_LISTED]:
        yield f"{words}: {span(each.start, each.end, who.zone)}"
    if len(spans) > MOST_LISTED:
        yield f"{words}: {len(spans) - MOST_LISTED} more spans"


def _when(spell: Interval, who: Who, known_until: datetime) -> str:
    if spell.end < known_until:
        return span(spell.start, spell.end, who.zone)
    return f"from {moment(spell.start, who.zone)} on"


def _why(change: Change, who: Who) -> str:
    return f"{change.actor_name}, {moment(change.at, who.zone)}: {by_their_clock(change.summary, who.zone)}"


def _warning(warnings: Sequence[Warned], who: Who, scene: ScheduleScene, subject: str) -> Told:
    listed = [f"{span(each.start, each.end, who.zone)}: {each.text}" for each in warnings[:MOST_LISTED]]
    if len(warnings) > MOST_LISTED:
        listed.append(f"… and {len(warnings) - MOST_LISTED} more.")
    return Told(who.id, Kind.SCHEDULE_WARNING, subject, tuple(listed), scene.path, "See the schedule")


def _count(warnings: Sequence[Warned]) -> str:
    return warnings[0].text if len(warnings) == 1 else f"{len(warnings)} warnings"
