"""Everything that people and time do to incidents, in any order; after every step the ledger of roles is read whole."""

from collections import Counter
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from oncall.incidents import queries
from oncall.incidents.models import EndReason, Handoff, Incident, Role, State
from oncall.incidents.services import (
    bringing_in,
    handoffs,
    lifecycle,
    merging,
    nagging,
    participants,
    plans,
    relief,
    roles,
    seats,
    shift_changes,
)
from oncall.incidents.services.declaring import declare
from rotations.actors import Actor
from rotations.errors import Refusal
from rotations.models import Person
from rotations.services.absences import add_absence
from rotations.services.overrides import add_override
from rotations.services.people import deactivate_person, reactivate_person
from tests.factories.incidents import (
    FIRST_TO_JOIN,
    NIGHT,
    holder_of,
    member_of,
    named,
    next_on_call_in,
    on_call_in,
    role,
    service,
)
from tests.factories.incidents import rule as plan_rule
from tests.factories.rotations import administrator, person, schedule, team, weekly_rotation
from tests.oncall.incidents.truth import Rows, Told, Truth

SYSTEM = Actor.system()
INCIDENTS = 3
# What happens when nobody does anything, in the order in which beat may well send it.
AUTOMATION: tuple[Callable[..., int], ...] = (
    roles.expire_due_offers,
    handoffs.expire_due_handoffs,
    shift_changes.announce_due_changes,
    relief.suggest_due_relief,
    nagging.nag_due_seats,
)

PEOPLE = st.integers(0, 4)
ROLES = st.sampled_from(("lead", "lead", "driver", "scribe"))
ANY = st.integers(0, 11)
SEVERITIES = st.integers(1, 4)
STATUSES = st.sampled_from(("engaged", "on_break", "away"))
KINDS = st.sampled_from(("responder", "responder", "responder", "observer", "stakeholder"))
# Mostly seconds and minutes, across deadlines; sometimes nothing, and sometimes a clock that is behind.
WAITS = st.sampled_from((0, 0, 1, 30, 60, 200, 400, 700, -90)).map(lambda seconds: timedelta(seconds=seconds))
LONG_WAITS = st.sampled_from((1, 5, 30, 100, 200)).map(lambda hours: timedelta(hours=hours))


@dataclass(frozen=True)
class Scene:
    """What was configured; nothing of it is made anew for each run."""

    crew: tuple[Person, ...]
    services: tuple[Any, ...]
    schedules: tuple[Any, ...]
    slugs: dict[int, str]

    @classmethod
    def made(cls) -> "Scene":
        ada, bo, cy, di = crew = [person(name) for name in ("Ada", "Bo", "Cy", "Di")]
        primary, secondary = schedule("primary"), schedule("secondary")
        weekly_rotation(primary, [[ada, bo], cy])
        weekly_rotation(secondary, [cy, di, None])
        hands: dict[str, Any] = {"exclusive_group": "hands", "on_shift_change": "offer"}
        seekers = team("seekers", members=crew)
        checkout = service(
            plan_rule("lead", on_call_in(primary), on_call_in(secondary), FIRST_TO_JOIN, **hands),
            plan_rule("driver", on_call_in(secondary), FIRST_TO_JOIN, required_from_severity=3, **hands),
            plan_rule("scribe", FIRST_TO_JOIN, named(di), required_from_severity=2, seats=2),
        )
        search = service(
            plan_rule("driver", holder_of("lead"), named(bo), required_from_severity=2, on_shift_change="offer"),
            plan_rule("lead", next_on_call_in(primary), member_of(seekers), open_incidents_limit=1),
            plan_rule("scribe", FIRST_TO_JOIN, on_call_in(secondary), required_from_severity=3),
            slug="search",
        )
        everybody = (*crew, administrator())
        slugs = {one.pk: one.slug for one in Role.objects.all()}
        return cls(everybody, (checkout, search), (primary, secondary), slugs)


class RolesMachine(RuleBasedStateMachine):
    """Runs in a transaction that is rolled back. A refusal is an answer, and leaves no trace; nothing else may come.

    ``outcomes`` counts what was done and refused.
    """

    def __init__(self, scene: Scene, outcomes: Counter[str]) -> None:
        super().__init__()
        self.scene, self.outcomes = scene, outcomes
        self.now = NIGHT
        self.told = Told.from_now_on()
        self._undone: AbstractContextManager[None] = transaction.atomic()
        self._undone.__enter__()
        self.rows = Rows.read()

    def teardown(self) -> None:
        self.outcomes.update({f"told: {kind}": times for kind, times in self.told.kinds.items()})
        transaction.set_rollback(True)
        self._undone.__exit__(None, None, None)

    # ── What people do ──

    @initialize(severity=SEVERITIES, who=PEOPLE)
    def something_breaks(self, severity: int, who: int) -> None:
        self._declare(self.scene.services[0], severity, self._by(who) if who else SYSTEM)

    @precondition(lambda self: len(self.rows.incidents) < INCIDENTS)
    @rule(severity=SEVERITIES, who=PEOPLE, which=st.integers(0, 1))
    def something_else_breaks(self, severity: int, who: int, which: int) -> None:
        self._declare(self.scene.services[which], severity, self._by(who))

    @rule(one=ANY, who=PEOPLE, kind=KINDS, accept=st.booleans(), wait=WAITS)
    def join(self, one: int, who: int, kind: str, *, accept: bool, wait: timedelta) -> None:
        self._does(participants.join, self._incident(one), who, wait, kind=kind, accept=accept)

    @rule(one=ANY, who=PEOPLE, vacate=st.booleans(), wait=WAITS)
    def leave(self, one: int, who: int, *, vacate: bool, wait: timedelta) -> None:
        reasons = {EndReason.VACATED, EndReason.RELEASED}
        self._does(participants.leave, self._incident(one), who, wait, vacate=vacate, reason="home", may_end=reasons)

    @rule(one=ANY, who=PEOPLE, status=STATUSES, wait=WAITS)
    def have_a_break(self, one: int, who: int, status: str, wait: timedelta) -> None:
        self._does(participants.change_status, self._incident(one), who, wait, status=status)

    @rule(one=ANY, who=PEOPLE, whom=PEOPLE, wait=WAITS)
    def ask_for_help(self, one: int, who: int, whom: int, wait: timedelta) -> None:
        self._acts(bringing_in.ask_person, self._incident(one), who, wait, person=self.scene.crew[whom])

    @rule(
        one=ANY,
        who=PEOPLE,
        which=st.integers(0, 1),
        verb=st.sampled_from((bringing_in.ask_on_call, bringing_in.ask_next_on_call)),
        wait=WAITS,
    )
    def bring_in(self, one: int, who: int, which: int, verb: Callable[..., Any], wait: timedelta) -> None:
        self._acts(verb, self._incident(one), who, wait, schedule=self.scene.schedules[which])

    @rule(which=ANY, decline=st.integers(0, 3), wait=WAITS)
    def answer_an_offer(self, which: int, decline: int, wait: timedelta) -> None:
        offers = [one for one in self.rows.assignments if one["state"] in (State.OFFERED, State.ACTING)]
        if offers:
            offer = offers[which % len(offers)]
            verbs: tuple[Callable[..., Any], ...] = (roles.decline, roles.accept)
            self._answers(verbs[min(decline, 1)], offer["incident"], offer["role"], offer["person"], wait)

    @rule(verb=st.sampled_from((roles.accept, roles.decline, roles.take)), one=ANY, slug=ROLES, who=PEOPLE, wait=WAITS)
    def speak_up(self, verb: Callable[..., Any], one: int, slug: str, who: int, wait: timedelta) -> None:
        self._does(verb, self._incident(one), who, wait, role=role(slug))

    @rule(one=ANY, slug=ROLES, who=PEOPLE, wait=WAITS)
    def take_by_force(self, one: int, slug: str, who: int, wait: timedelta) -> None:
        more: dict[str, Any] = {"role": role(slug), "force": True, "reason": "silence", "by": SYSTEM}
        self._does(roles.take, self._incident(one), who, wait, **more, may_end={EndReason.TAKEN})

    @rule(one=ANY, slug=ROLES, who=PEOPLE, by=PEOPLE, wait=WAITS)
    def assign(self, one: int, slug: str, who: int, by: int, wait: timedelta) -> None:
        self._does(roles.assign, self._incident(one), who, wait, role=role(slug), by=self._by(by))

    @rule(which=ANY, vacate=st.booleans(), wait=WAITS)
    def release(self, which: int, *, vacate: bool, wait: timedelta) -> None:
        held = [one for one in self.rows.assignments if one["ended_at"] is None]
        if held:
            seat = held[which % len(held)]
            reasons = {EndReason.VACATED, EndReason.RELEASED}
            more: dict[str, Any] = {"vacate": vacate, "reason": "tired", "may_end": reasons}
            self._answers(roles.release, seat["incident"], seat["role"], seat["person"], wait, **more)

    @rule(which=ANY, to=PEOPLE, then=st.sampled_from(("", "accept", "accept", "decline", "cancel")), wait=WAITS)
    def hand_off(self, which: int, to: int, then: str, wait: timedelta) -> None:
        held = [one for one in self.rows.assignments if one["state"] == State.ACCEPTED]
        if held:
            seat = held[which % len(held)]
            more: dict[str, Any] = {"to": self.scene.crew[to]}
            self._answers(handoffs.offer_handoff, seat["incident"], seat["role"], seat["person"], wait, **more)
            if then:
                self._answer_handoff(0, then, wait)

    @rule(which=ANY, verb=st.sampled_from(("accept", "decline", "cancel")), wait=WAITS)
    def answer_a_handoff(self, which: int, verb: str, wait: timedelta) -> None:
        self._answer_handoff(which, verb, wait)

    @rule(one=ANY, severity=SEVERITIES, who=PEOPLE, wait=WAITS)
    def change_severity(self, one: int, severity: int, who: int, wait: timedelta) -> None:
        self._acts(lifecycle.edit, self._incident(one), who, wait, severity=severity)

    @rule(one=ANY, verb=st.sampled_from((lifecycle.acknowledge, lifecycle.mitigate)), who=PEOPLE, wait=WAITS)
    def note_progress(self, one: int, verb: Callable[..., Any], who: int, wait: timedelta) -> None:
        self._acts(verb, self._incident(one), who, wait)

    @rule(one=ANY, who=PEOPLE, again=st.booleans(), wait=WAITS)
    def resolve(self, one: int, who: int, *, again: bool, wait: timedelta) -> None:
        self._acts(lifecycle.resolve, self._incident(one), who, wait, may_end={EndReason.RESOLVED})
        if again:
            self._acts(lifecycle.reopen, self._incident(one), who, wait)

    @rule(one=ANY, who=PEOPLE, wait=WAITS)
    def reopen(self, one: int, who: int, wait: timedelta) -> None:
        self._acts(lifecycle.reopen, self._incident(one), who, wait)

    @precondition(lambda self: len(self.rows.incidents) > 1)
    @rule(one=ANY, other=ANY, who=PEOPLE, wait=WAITS)
    def merge(self, one: int, other: int, who: int, wait: timedelta) -> None:
        into = self._incident(other)
        self._acts(merging.merge, self._incident(one), who, wait, into=into, may_end={EndReason.MERGED})

    # ── What happens around them ──

    @rule(wait=WAITS)
    def time_passes(self, wait: timedelta) -> None:
        self._automation(wait)

    @rule(times=st.sampled_from((2, 6)))
    def nobody_answers(self, times: int) -> None:
        for _ in range(times):
            self._automation(seats.NAG_EVERY)

    @rule(wait=LONG_WAITS)
    def the_night_passes(self, wait: timedelta) -> None:
        self._automation(wait)

    @rule(which=st.integers(0, 1), who=PEOPLE, kind=st.sampled_from(("replace", "add", "away")), wait=WAITS)
    def shifts_change(self, which: int, who: int, kind: str, wait: timedelta) -> None:
        span: dict[str, Any] = {"start": self.now, "end": self.now + timedelta(hours=3), "by": SYSTEM}
        somebody = self.scene.crew[who]
        if kind == "away":
            self._tries(add_absence, somebody, wait=wait, **span)
        else:
            self._tries(add_override, self.scene.schedules[which], wait=wait, kind=kind, person=somebody, **span)

    @rule(who=PEOPLE, wait=WAITS)
    def somebody_goes_or_comes_back(self, who: int, wait: timedelta) -> None:
        somebody = Person.objects.get(pk=self.scene.crew[who].pk)
        verb = deactivate_person if somebody.is_active else reactivate_person
        self._tries(verb, somebody, wait=wait, by=SYSTEM, may_end={EndReason.DEACTIVATED})

    @rule(slug=st.sampled_from(("driver", "scribe")), wait=WAITS)
    def a_role_is_archived_or_restored(self, slug: str, wait: timedelta) -> None:
        one = role(slug)
        verb = plans.archive_role if one.archived_at is None else plans.restore_role
        self._tries(verb, one, wait=wait, by=SYSTEM)

    @rule(one=ANY, which=ANY, after=st.sampled_from((0, 0, 1, 100)))
    def ask_the_past(self, one: int, which: int, after: int) -> None:
        incident = self._incident(one)
        replay = self.told.replays[incident.pk]
        instants = sorted({span.since for span in replay.spans.values()} | {hole.since for hole in replay.holes})
        at = (instants or [NIGHT])[which % max(1, len(instants))] + timedelta(seconds=after)
        seats = queries.seats_at(incident, at)
        answered: dict[Any, Any] = {(one.role_slug, one.seat): (one.holder.pk, one.state) for one in seats.roles}
        answered |= {(one.role_slug, one.seat): (None, one.because) for one in seats.vacancies}
        assert answered == replay.at(at), f"at {at}"

    # ── How it is done ──

    def _incident(self, one: int) -> Incident:
        """Return an incident, mostly one that is open."""
        still_open = [each for each in self.rows.incidents if each.resolved_at is None]
        among = still_open if still_open and one % 4 else self.rows.incidents
        return among[one % len(among)]

    def _by(self, who: int) -> Actor:
        return Actor.of_person(self.scene.crew[who])

    def _place_of(self, person: int) -> int:
        return next(place for place, each in enumerate(self.scene.crew) if each.pk == person)

    def _declare(self, on: Any, severity: int, by: Actor) -> None:
        self._tries(declare, wait=timedelta(), title="Checkout 5xx", severity=severity, service=on, by=by)

    def _answers(
        self, verb: Callable[..., Any], incident: int, of: int, person: int, wait: timedelta, **more: Any
    ) -> None:
        [one] = [each for each in self.rows.incidents if each.pk == incident]
        self._does(verb, one, self._place_of(person), wait, role=role(self.scene.slugs[of]), **more)

    def _answer_handoff(self, which: int, verb: str, wait: timedelta) -> None:
        # The latest first, whether it waits or was answered long ago.
        known = list(Handoff.objects.select_related("assignment__incident", "assignment__person", "person"))[::-1]
        if known:
            handoff = known[which % len(known)]
            who = handoff.assignment.person if verb == "cancel" else handoff.person
            answers: dict[str, Callable[..., Any]] = {
                "accept": handoffs.accept_handoff,
                "decline": handoffs.decline_handoff,
                "cancel": handoffs.cancel_handoff,
            }
            self._does(answers[verb], handoff, self._place_of(who.pk), wait, may_end={EndReason.HANDED_OFF})

    def _does(self, verb: Callable[..., Any], on: Any, who: int, wait: timedelta, **more: Any) -> None:
        """Let somebody do something themselves."""
        more = {"person": self.scene.crew[who], "by": self._by(who), **more}
        self._tries(verb, on, wait=wait, **more)

    def _acts(self, verb: Callable[..., Any], on: Any, who: int, wait: timedelta, **more: Any) -> None:
        self._tries(verb, on, wait=wait, by=self._by(who), **more)

    def _automation(self, wait: timedelta) -> None:
        now = self.now + wait
        self.now = max(self.now, now)
        due = [work for work in AUTOMATION if self._works(work, now)]
        again = {work.__name__: work(now=now) for work in AUTOMATION if due}
        assert not any(again.values()), f"done twice: {again}"
        assert not due or Rows.read() == self.rows, "what had nothing to do changed something"

    def _works(self, work: Callable[..., int], now: datetime) -> bool:
        if work(now=now):
            self._has_done(work.__name__, now)
            return True
        self.outcomes[f"{work.__name__}: nothing due"] += 1
        return False

    def _tries(
        self, verb: Callable[..., Any], *args: Any, wait: timedelta, may_end: Collection[str] = (), **more: Any
    ) -> None:
        # A clock that is behind is so once.
        now = self.now + wait
        self.now = max(self.now, now)
        before = self.rows
        try:
            verb(*args, **more, now=now)
        except (Refusal, ValidationError) as refusal:
            code = getattr(refusal, "code", "invalid")
            self.outcomes[f"{verb.__name__}: {code}"] += 1
            assert Rows.read() == before, f"{verb.__name__} was refused with {code}, and changed something"
            return
        self._has_done(verb.__name__, now, may_end)

    def _has_done(self, what: str, now: datetime, may_end: Collection[str] = ()) -> None:
        self.outcomes[f"{what}: done"] += 1
        before, self.rows = self.rows, Rows.read()
        Truth(self.rows, self.told, self.scene.slugs, f"{what} at {now}").holds(before, may_end)
