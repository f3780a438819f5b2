"""What must be known to staff a role? The values that ``propose`` is given, and those it answers with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self

from oncall.incidents.staffing.pinned import RuleValue, SourceValue

# How far back accepted assignments count when two people are equally suited.
RECENT = timedelta(days=30)


class PassedOver(StrEnum):
    """Why a candidate was not chosen. ``ranked_after``: fit, but somebody else of that source came first."""

    ABSENT = "absent"
    DEACTIVATED = "deactivated"
    SHADOW = "shadow"
    OBSERVER = "observer"
    LEFT = "left"
    DECLINED = "declined"
    RELEASED = "released"
    UNANSWERED = "unanswered"
    SEATED = "seated"
    EXCLUSIVE = "exclusive"
    LOADED = "loaded"
    NOT_ON_CALL = "not_on_call"
    RANKED_AFTER = "ranked_after"


class Vacant(StrEnum):
    """Why nobody is in a required seat."""

    NO_ONE_ON_CALL = "no_one_on_call"
    EVERYONE_DECLINED = "everyone_declined"
    EXCLUSIVE = "exclusive"
    WAITING_FOR_FIRST_TO_JOIN = "waiting_for_first_to_join"
    WAITING_FOR_HOLDER = "waiting_for_holder"


@dataclass(frozen=True, slots=True)
class OnCall:
    """A person on call; ``until`` is None where no end is in sight, ``via`` says how, such as "by override 12"."""

    person: int
    until: datetime | None = None
    via: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """One schedule's answer, people in rotation order. ``changes_at`` is when other people are on call, or nobody.

    ``revision`` is the schedule's, as it was read.
    """

    people: tuple[OnCall, ...] = ()
    shadows: tuple[int, ...] = ()
    next_at: datetime | None = None
    next_people: tuple[int, ...] = ()
    changes_at: datetime | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team, and in how many other open incidents they serve, in whichever role."""

    person: int
    serves_in: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """An open assignment of this incident. ``is_asked``: it is only offered yet."""

    person: int
    role: int
    exclusive_group: str = ""
    role_name: str = ""
    is_asked: bool = False


class Answer(NamedTuple):
    """Why somebody is not asked for a role again, and since when."""

    why: PassedOver
    at: datetime


@dataclass(frozen=True, slots=True)
class Previous:
    """Who held a role when the incident was resolved, at ``until``."""

    person: int
    until: datetime


@dataclass(frozen=True)
class Facts:
    """What is known at ``at`` about the people who may be asked. Keys are ids; pairs are (role, person).

    ``absent`` says until when somebody is away who has not joined: whoever is here is not away. ``present`` are the
    responders who joined, in order. ``answers`` says why somebody is not asked for a role again (declined, released,
    unanswered). ``load`` counts the other open incidents in which a person serves in the role, ``recent`` the
    assignments of it accepted in the last 30 days; drills count in neither, nor for the members of ``teams``, who are
    in order of id. ``hints`` are people whom the declaring system named: they show in the evidence and decide nothing.
    ``previous`` is set on reopening.
    """

    at: datetime
    names: Mapping[int, str] = field(default_factory=dict)
    deactivated: frozenset[int] = frozenset()
    absent: Mapping[int, datetime] = field(default_factory=dict)
    observers: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()
    schedules: Mapping[int, ScheduleFacts] = field(default_factory=dict)
    teams: Mapping[int, tuple[Member, ...]] = field(default_factory=dict)
    present: tuple[int, ...] = ()
    declarer: int | None = None
    hints: tuple[int, ...] = ()
    answers: Mapping[tuple[int, int], Answer] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    load: Mapping[tuple[int, int], int] = field(default_factory=dict)
    recent: Mapping[tuple[int, int], int] = field(default_factory=dict)
    previous: Mapping[int, tuple[Previous, ...]] = field(default_factory=dict)

    def schedule_of(self, source: SourceValue) -> ScheduleFacts:
        """Return the answer of the schedule that ``source`` names; nobody, if it names none that is known."""
        unknown = ScheduleFacts()
        return unknown if source.schedule is None else self.schedules.get(source.schedule, unknown)

    def with_holder(self, rule: RuleValue, person: int, *, is_asked: bool = False) -> Self:
        """Return what is known once ``person`` sits, too."""
        held = Held(person, rule.role, rule.exclusive_group, rule.name, is_asked)
        return replace(self, held=(*self.held, held))

    def without_holder(self, rule: RuleValue, person: int) -> Self:
        """Return what would be known if ``person`` were not in this role."""
        return replace(self, held=tuple(one for one in self.held if (one.person, one.role) != (person, rule.role)))

    def with_answer(self, rule: RuleValue, person: int, why: PassedOver) -> Self:
        """Return what is known once ``person`` is not asked for this role again."""
        return replace(self, answers={**self.answers, (rule.role, person): Answer(why, self.at)})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line of evidence: who was found where, and why they were passed over; None: they were chosen.

    ``words`` says all of it for people, with moments in UTC.
    """

    person: int
    name: str
    because: str
    passed_over: PassedOver | None = None
    recent: int = 0
    load: int = 0
    hinted: bool = False
    words: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "person": self.person,
            "name": self.name,
            "because": self.because,
            "passed_over": self.passed_over,
            "accepted_in_30_days": self.recent,
            "open_incidents": self.load,
            "hinted": self.hinted,
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class Proposal:
    """Either ``person`` is proposed, ``because`` in words, or nobody is and ``vacant`` says why."""

    person: int | None
    because: str
    vacant: Vacant | None
    evidence: tuple[Candidate, ...]

    def evidence_json(self) -> list[dict[str, Any]]:
        return [candidate.to_json() for candidate in self.evidence]
