"""Who held what, by the timeline alone? Facts in, spans out: what the ledger says must follow from what was told."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from oncall.incidents.models import TimelineEntry
from oncall.incidents.services.managers import CALLED_AGAIN_AFTER
from oncall.incidents.services.nagging import NAGS

# Facts that end one assignment, and how the ledger calls it.
ENDINGS = {
    "declined": "declined",
    "offer_expired": "expired",
    "released": "released",
    "vacated": "vacated",
    "deactivated": "deactivated",
}
# Facts that end one handoff which waited.
ANSWERS = {"handoff_declined": "declined", "handoff_cancelled": "cancelled", "handoff_expired": "expired"}

Place = tuple[str, int]


@dataclass(frozen=True)
class Span:
    """One assignment, as told; ``place`` is its role and seat."""

    place: Place
    person: int
    since: datetime
    accepted_at: datetime | None = None
    acting_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    nags: int = 0
    relieved: bool = False

    @property
    def state(self) -> str:
        if self.ended_at is not None:
            return "ended"
        return "accepted" if self.accepted_at else "acting" if self.acting_at else "offered"

    def state_at(self, at: datetime) -> str | None:
        """Return the state at an instant; None outside of the span, which is half-open."""
        if at < self.since or (self.ended_at is not None and self.ended_at <= at):
            return None
        if self.accepted_at is not None and self.accepted_at <= at:
            return "accepted"
        return "acting" if self.acting_at is not None and self.acting_at <= at else "offered"


@dataclass(frozen=True)
class Hole:
    """One vacancy, as told; ``nags`` counts the reminders of the one before for another reason, too."""

    place: Place
    because: str
    since: datetime
    ended_at: datetime | None = None
    nags: int = 0


@dataclass(frozen=True)
class Asked:
    """One handoff, as told."""

    assignment: int
    to: int
    state: str = "offered"
    is_automatic: bool = False
    escalated: bool = False

    @property
    def is_refused(self) -> bool:
        return self.state in ("declined", "expired")


@dataclass
class Replay:
    """What the facts told so far say of one incident. Spans and handoffs by id, vacancies in the order of the facts."""

    severity: int = 0
    epoch: int = 1
    resolved: bool = False
    spans: dict[int, Span] = field(default_factory=dict)
    holes: list[Hole] = field(default_factory=list)
    handoffs: dict[int, Asked] = field(default_factory=dict)
    called_at: dict[Place, datetime] = field(default_factory=dict)

    def hear(self, entries: Iterable[TimelineEntry]) -> None:
        """Take in facts, in the order in which they were told."""
        for entry in entries:
            self._hear(entry.kind, entry.data, entry.at)

    def at(self, at: datetime) -> dict[Place, tuple[int | None, str]]:
        """Return each seat that was held or vacant at an instant: the person and the state, or None and why."""
        held = {
            one.place: (one.person, state) for one in self.spans.values() if (state := one.state_at(at)) is not None
        }
        holes = [one for one in self.holes if one.since <= at and (one.ended_at is None or at < one.ended_at)]
        return held | {one.place: (None, one.because) for one in holes}

    def _hear(self, kind: str, data: dict[str, Any], at: datetime) -> None:
        match kind:
            case "offered" | "accepted" | "taken" | "handed_off":
                self._sit(kind, data, at)
            case "acting":
                self._change(data["assignment"], acting_at=at)
            case _ if kind in ENDINGS:
                self._end(data["assignment"], ENDINGS[kind], at)
            case "handoff_offered":
                self._offer(data)
            case _ if kind in ANSWERS:
                self._answer(data["handoff"], ANSWERS[kind])
            case "handoff_escalated" | "managers_called" | "nagged" | "relief_suggested":
                self._hear_of_what_is_done_alone(kind, data, at)
            case _:
                self._hear_of_the_incident(kind, data, at)

    def _hear_of_what_is_done_alone(self, kind: str, data: dict[str, Any], at: datetime) -> None:
        """Take in what nobody does; each of it is done once, and the reminders are counted."""
        match kind:
            case "nagged":
                self._nag(data, before=data["times"] - 1)
                assert data["times"] <= NAGS, f"reminded too often: {data}"
            case "managers_called" if data["because"] == "nobody_accepted":
                self._nag(data, before=NAGS)
                self.called_at[data["role"], data["seat"]] = at
            case "managers_called":
                place = (data["role"], data["seat"])
                assert place not in self.called_at or at - self.called_at[place] >= CALLED_AGAIN_AFTER, data
                self.called_at[place] = at
            case "relief_suggested":
                span = self.spans[data["assignment"]]
                assert (span.state, span.relieved) == ("accepted", False), f"relief of {span}"
                self._change(data["assignment"], relieved=True)
            case "handoff_escalated" if (number := data.get("handoff")) is not None:
                one = self.handoffs[number]
                told = (one.is_automatic, one.is_refused, one.escalated)
                assert told == (True, True, False), f"escalated: {one}"
                self.handoffs[number] = replace(one, escalated=True)

    def _hear_of_the_incident(self, kind: str, data: dict[str, Any], at: datetime) -> None:
        match kind:
            case "declared":
                self.severity = data["severity"]
            case "severity_changed":
                self.severity = data["after"]
                self._close_holes(at, of=data["no_longer_required"])
            case "role_archived":
                self._close_holes(at, of=[data["role"]])
            case "vacant":
                place = (data["role"], data["seat"])
                before = self._hole(place)
                self._close_hole(place, at)
                self.holes.append(Hole(place, data["because"], at, nags=before.nags if before else 0))
            case "resolved" | "merged":
                self._end_all(kind, data, at)
            case "reopened":
                self.epoch, self.resolved = data["epoch"], False
            # Nothing else that is told changes who holds what.

    def _sit(self, kind: str, data: dict[str, Any], at: datetime) -> None:
        """Open an assignment, or accept one that is open; whoever sat there before is named."""
        place, known = (data["role"], data["seat"]), self.spans.get(data["assignment"])
        if known is not None:
            assert (kind, known.ended_at, known.place) == ("accepted", None, place), f"{kind} after {known}"
            self._change(data["assignment"], accepted_at=at)
            return
        if (before := data.get("taken_from")) is not None:
            [number] = [pk for pk, one in self._open() if one.place == place]
            assert self.spans[number].person == before, f"{before} did not hold {place}"
            self._end(number, "handed_off" if kind == "handed_off" else "taken", at)
        if kind == "handed_off":
            self._answer(data["handoff"], "accepted")
        assert place not in [one.place for _, one in self._open()], f"{place} is held already"
        self._close_hole(place, at)
        accepted_at = None if kind == "offered" else at
        self.spans[data["assignment"]] = Span(place, data["person"], since=at, accepted_at=accepted_at)

    def _end_all(self, reason: str, data: dict[str, Any], at: datetime) -> None:
        assert sorted(data["ended"]) == sorted(number for number, _ in self._open()), "not everything ended"
        for number in data["ended"]:
            self._end(number, reason, at)
        self._close_holes(at, of={role for role, _ in (hole.place for hole in self.holes)})
        self.resolved = True

    def _open(self) -> Iterator[tuple[int, Span]]:
        return ((number, one) for number, one in self.spans.items() if one.ended_at is None)

    def _change(self, number: int, **fields: Any) -> None:
        assert self.spans[number].ended_at is None, f"{self.spans[number]} has ended"
        self.spans[number] = replace(self.spans[number], **fields)

    def _end(self, number: int, reason: str, at: datetime) -> None:
        self._change(number, ended_at=at, end_reason=reason)

    def _offer(self, data: dict[str, Any]) -> None:
        assert self.spans[data["assignment"]].state == "accepted", f"handed off, and not held: {data}"
        is_automatic = data.get("is_automatic", False)
        self.handoffs[data["handoff"]] = Asked(data["assignment"], data["to"], is_automatic=is_automatic)

    def _nag(self, data: dict[str, Any], *, before: int) -> None:
        number, place = data.get("assignment"), (data["role"], data["seat"])
        of = self.spans[number] if number is not None else self._hole(place)
        assert of is not None, f"{data} about nobody"
        assert of.nags == before, f"{data} about {of}"
        if isinstance(of, Span):
            assert of.state == "acting", f"{data} about {of}"
            self._change(number or 0, nags=of.nags + 1)
        else:
            self.holes[self.holes.index(of)] = replace(of, nags=of.nags + 1)

    def _hole(self, place: Place) -> Hole | None:
        return next((one for one in self.holes if one.place == place and one.ended_at is None), None)

    def _answer(self, number: int, state: str) -> None:
        assert self.handoffs[number].state == "offered", f"handoff {number} was answered twice"
        self.handoffs[number] = replace(self.handoffs[number], state=state)

    def _close_hole(self, place: Place, at: datetime) -> None:
        closes = [one.place == place and one.ended_at is None for one in self.holes]
        self.holes = [
            replace(one, ended_at=at) if close else one for one, close in zip(self.holes, closes, strict=True)
        ]

    def _close_holes(self, at: datetime, *, of: Collection[str]) -> None:
        for hole in self.holes:
            if hole.place[0] in of:
                self._close_hole(hole.place, at)
