"""What is a schedule made of, and what is an answer made of? The values of the engine.

Instants are aware; wall-clock facts (a cadence's anchor, a window's hours) are naive and stand beside their zone.
People, rotations, overrides, swaps and absences are known here by their ids only.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Final, Literal, NamedTuple

from rotations.engine.cadence import Cadence
from rotations.engine.dated import Dated, Spanning
from rotations.engine.intervals import ALWAYS, EPOCH, Interval, micros
from rotations.engine.windows import Tally, Window

Advance = Literal["turn", "covered"]
OverrideKind = Literal["replace", "add", "remove", "silence"]
AbsencePolicy = Literal["flag", "skip", "next"]
SourceKind = Literal["rotation", "override", "swap", "absence_cover"]


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a slot; a shadow is reported apart and never counts as on call."""

    person: int
    shadow: bool = False


Slot = tuple[Member, ...]
Seats = tuple[tuple[int, int], ...]
"""People, each with their place in a slot."""


def seated(members: Slot, *, shadow: bool) -> Seats:
    """Return the members of a slot, or its shadows, with their seats, active or not; a person sits but once."""
    seats: dict[int, int] = {}
    for seat, member in enumerate(members):
        if member.shadow is shadow:
            seats.setdefault(member.person, seat)
    return tuple(seats.items())


@dataclass(frozen=True)
class Version:
    """How a rotation runs from ``effective_at`` until its next version.

    The turn of this cadence that contains ``effective_at`` has ordinal ``first_ordinal`` and the slot at
    ``first_slot`` (taken modulo the number of slots); both advance from there. ``carried``, if given, are the
    people of that one turn in place of its slot: an edit lets the people of the turn in force finish it.
    """

    effective_at: datetime
    cadence: Cadence
    slots: tuple[Slot, ...]
    advance: Advance = "turn"
    windows: tuple[Window, ...] = ()
    first_ordinal: int = 0
    first_slot: int = 0
    carried: Slot | None = None

    def __post_init__(self) -> None:
        if not self.slots:
            # One deliberate hole: an order of no slots has no next one.
            object.__setattr__(self, "slots", ((),))

    @cached_property
    def first_number(self) -> int:
        """The cadence's number of the turn that contains ``effective_at``."""
        return self.cadence.number_at(micros(self.effective_at))

    def ordinal(self, number: int) -> int:
        """Return the rotation's own number of the cadence's turn ``number``."""
        return self.first_ordinal + number - self.first_number

    def slot_index(self, number: int) -> int:
        """Return the place, in the order of slots, that takes turn ``number``."""
        return (self._slot_before + self._turns_before(number)) % len(self.slots)

    def members(self, number: int) -> Slot:
        """Return who takes turn ``number``, before anything else applies."""
        if number == self.first_number and self.carried is not None:
            return self.carried
        return self.slots[self.slot_index(number)]

    @cached_property
    def serving(self) -> tuple[Seats, ...]:
        """Who is seated in each slot."""
        return tuple(seated(slot, shadow=False) for slot in self.slots)

    @cached_property
    def watching(self) -> tuple[Seats, ...]:
        """Who is the shadow in each slot."""
        return tuple(seated(slot, shadow=True) for slot in self.slots)

    def _turns_before(self, number: int) -> int:
        return self._tally.before(number) if self._tally else number

    @cached_property
    def _tally(self) -> Tally | None:
        # Months always count: they have no length by which their turns would repeat within the week.
        if self.advance == "turn" or not self.windows or not self.cadence.step:
            return None
        return Tally(self.windows, origin=self.cadence.origin, step=self.cadence.step)

    @cached_property
    def _slot_before(self) -> int:
        """The slot from which to count the turns on from turn 0."""
        return self.first_slot - self._turns_before(self.first_number)


@dataclass(frozen=True)
class Rotation:
    """Members taking turns; a higher ``layer`` covers a lower one. Versions are kept in order of time."""

    id: int
    layer: int
    versions: tuple[Version, ...]
    ends_at: datetime | None = None
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "versions", tuple(sorted(self.versions, key=lambda version: version.effective_at)))

    @cached_property
    def begins(self) -> tuple[int, ...]:
        """When each version takes effect, in microseconds."""
        return tuple(micros(version.effective_at) for version in self.versions)

    @cached_property
    def in_force(self) -> tuple[int, int]:
        """Return the first instant of the rotation and the first after it, in microseconds."""
        begins = self.begins[0] if self.begins else ALWAYS
        return begins, ALWAYS if self.ends_at is None else micros(self.ends_at)

    @cached_property
    def has_shadows(self) -> bool:
        slots = (slot for version in self.versions for slot in (*version.slots, version.carried or ()))
        return any(member.shadow for slot in slots for member in slot)

    def version_at(self, at: int) -> Version | None:
        """Return the version in force at an instant in microseconds: none before the first, none after the end."""
        if at >= self.in_force[1]:
            return None
        begun = bisect_right(self.begins, at)
        return self.versions[begun - 1] if begun else None


@dataclass(frozen=True, slots=True)
class Override:
    """A change to the answer in ``[start, end)``, of one rotation or, with ``rotation`` None, of the schedule.

    ``replace`` with ``replaces`` None stands for everyone. Applied in order of ``created_at``, then id.

    Raises:
        ValueError: a person is missing or too many, or a silence is not of the whole schedule.
    """

    id: int
    kind: OverrideKind
    start: datetime
    end: datetime
    person: int | None = None
    replaces: int | None = None
    rotation: int | None = None
    created_at: datetime = EPOCH

    def __post_init__(self) -> None:
        if (self.person is not None) is not (self.kind in ("replace", "add")):
            raise ValueError(f"override {self.id}: only replace and add put a person on call")
        if self.replaces is None and self.kind == "remove":
            raise ValueError(f"override {self.id}: a removal says who is removed")
        if self.rotation is not None and self.kind == "silence":
            raise ValueError(f"override {self.id}: a silence is of the whole schedule")


@dataclass(frozen=True, slots=True)
class Swap:
    """``person`` takes the turn ``ordinal`` of ``replaces``, or the part of it within ``span``; accepted by both."""

    id: int
    rotation: int
    ordinal: int
    replaces: int
    person: int
    accepted_at: datetime
    span: Interval | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """``person`` is away in ``[start, end)``."""

    id: int
    person: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Plan:
    """Everything that decides who is on call in one schedule.

    ``deactivated`` gives, for people who left, the instant from which they no longer count.
    """

    rotations: tuple[Rotation, ...] = ()
    overrides: tuple[Override, ...] = ()
    swaps: tuple[Swap, ...] = ()
    absences: tuple[Absence, ...] = ()
    absence_policy: AbsencePolicy = "flag"
    deactivated: Mapping[int, datetime] = field(default_factory=dict)

    @cached_property
    def in_order(self) -> tuple[Rotation, ...]:
        """The rotations by id: the order in which an answer lists them."""
        return tuple(sorted(self.rotations, key=lambda rotation: rotation.id))

    @cached_property
    def left_at(self) -> dict[int, int]:
        """The instants of ``deactivated`` in microseconds."""
        return {person: micros(moment) for person, moment in self.deactivated.items()}

    @cached_property
    def absent(self) -> Dated[Absence]:
        """The absences, the lowest id first."""
        return Dated(Spanning((away.id, 0), micros(away.start), micros(away.end), away) for away in self.absences)

    @cached_property
    def overrides_of(self) -> Mapping[int | None, Dated[Override]]:
        """The overrides of each rotation, and of the schedule (None), each while its substitute is active."""
        by_scope: dict[int | None, list[Spanning[Override]]] = defaultdict(list)
        for override in self.overrides:
            left_at = ALWAYS if override.person is None else self.left_at.get(override.person, ALWAYS)
            end = min(micros(override.end), left_at)
            rank = (micros(override.created_at), override.id)
            by_scope[override.rotation].append(Spanning(rank, micros(override.start), end, override))
        return {scope: Dated(changes) for scope, changes in by_scope.items()}

    @cached_property
    def swaps_of(self) -> Mapping[tuple[int, int], tuple[Spanning[Swap], ...]]:
        """The swaps by rotation and ordinal, each with the span to which it holds within its turn."""
        by_turn: dict[tuple[int, int], list[Spanning[Swap]]] = defaultdict(list)
        for swap in self.swaps:
            start, end = (micros(swap.span.start), micros(swap.span.end)) if swap.span else (-ALWAYS, ALWAYS)
            end = min(end, self.left_at.get(swap.person, ALWAYS))
            rank = (micros(swap.accepted_at), swap.id)
            by_turn[swap.rotation, swap.ordinal].append(Spanning(rank, start, end, swap))
        return {turn: tuple(swaps) for turn, swaps in by_turn.items()}

    @cached_property
    def swapped(self) -> frozenset[int]:
        """The rotations of which any turn was ever swapped."""
        return frozenset(rotation for rotation, _ in self.swaps_of)

    def is_active(self, person: int, at: int) -> bool:
        """Tell whether a person counts at an instant in microseconds."""
        return at < self.left_at.get(person, ALWAYS)

    def active(self, seats: Seats, at: int) -> Seats:
        """Return the seats of those who count at an instant in microseconds."""
        return tuple([seat for seat in seats if self.is_active(seat[0], at)]) if self.left_at else seats


class Step(NamedTuple):
    """One override or swap that put a person where they are."""

    kind: Literal["override", "swap"]
    id: int


class Occurrence(NamedTuple):
    """One day's share of a window: the local date it starts on, and the window's place among its version's."""

    starts_on: date
    place: int


class Source(NamedTuple):
    """Why a person is on call.

    ``rotation``, ``layer``, ``ordinal`` (the turn), ``seat`` (the place in its slot) and ``window`` (None where the
    rotation has no windows) are those of the turn that is served, for a stand-in those of the person replaced.
    Whoever is added, or put on instead of everyone, serves no turn: ``ordinal`` is None, and so are ``rotation``
    and ``layer`` unless the override is of one rotation. ``chain`` lists the overrides and swaps in the order in
    which they passed the place on; ``absence`` is the absence that was covered by the absence policy.
    """

    rotation: int | None
    layer: int | None
    ordinal: int | None
    seat: int = 0
    window: Occurrence | None = None
    absence: int | None = None
    chain: tuple[Step, ...] = ()

    @property
    def kind(self) -> SourceKind:
        if self.chain:
            return self.chain[-1].kind
        return "rotation" if self.absence is None else "absence_cover"

    @property
    def override(self) -> int | None:
        """The id of the override that put this person on call, where one did."""
        return self.chain[-1].id if self.kind == "override" else None

    @property
    def swap(self) -> int | None:
        """The id of the swap that put this person on call, where one did."""
        return self.chain[-1].id if self.kind == "swap" else None


class Cover(NamedTuple):
    """A person on call, the main reason, and the other reasons that would do as well."""

    person: int
    source: Source
    also: tuple[Source, ...] = ()


class Answer(NamedTuple):
    """Who is on call at one instant, and their shadows; ``silence`` is the override that planned for nobody."""

    people: tuple[Cover, ...] = ()
    shadows: tuple[Cover, ...] = ()
    silence: int | None = None


NOBODY: Final = Answer()


class Shift(NamedTuple):
    """What someone really works: one person, one unbroken span ``[start, end)`` in UTC, after everything.

    A maximal span with the same person, rotation, ordinal and chain of overrides. The other fields of the source are
    those in force at ``start``: for a name that lasts (a calendar's UID), take whole shifts, not clipped ones.
    """

    person: int
    start: datetime
    end: datetime
    rotation: int | None
    layer: int | None
    ordinal: int | None
    seat: int = 0
    window: Occurrence | None = None
    absence: int | None = None
    chain: tuple[Step, ...] = ()

    @property
    def source(self) -> Source:
        return Source(*self[3:])


class Silence(NamedTuple):
    """A planned span ``[start, end)`` with nobody on call, and the override that planned it."""

    start: datetime
    end: datetime
    override: int


class Outlook(NamedTuple):
    """What a window holds. Shifts, gaps and silence tile it; each is in order of its start.

    Shifts of one person and rotation are disjoint. ``shadows`` are the shifts of those who only watch.
    """

    window: Interval
    shifts: tuple[Shift, ...]
    shadows: tuple[Shift, ...]
    gaps: tuple[Interval, ...]
    silence: tuple[Silence, ...]
