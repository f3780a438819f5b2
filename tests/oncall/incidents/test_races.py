"""Many at once, on a real PostgreSQL with real threads: cases 4, 6, 8, 15 and 24."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from oncall.incidents.models import Assignment, Incident, Participant, Service, Vacancy
from oncall.incidents.services import bringing_in, handoffs, lifecycle, merging, participants, roles
from oncall.incidents.services.declaring import declare
from rotations.actors import Actor
from rotations.errors import Refusal
from rotations.models import Person, Schedule
from rotations.services.people import deactivate_person
from tests.crowd import CROWD, AtOnce
from tests.factories.incidents import FIRST_TO_JOIN, incident, named, role, rule, service
from tests.factories.rotations import administrator, person, schedule, weekly_rotation
from tests.oncall.incidents.pictures import ledger, minute, standing
from tests.write_guard import arranging

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.long]

SYSTEM = Actor.system()


def joining(one: Incident, who: Person) -> Callable[[], Any]:
    return partial(participants.join, one, person=who, by=Actor.of_person(who), now=minute(1))


def people(count: int) -> list[Person]:
    return [person(f"Person{number}") for number in range(count)]


def test_fifty_declarations_of_one_key_make_one_incident_with_one_set_of_assignments(at_once: AtOnce):
    ada = person("Ada")
    checkout = service(rule("lead", named(ada)), rule("scribe", FIRST_TO_JOIN))

    call: dict[str, Any] = {"title": "Checkout 5xx", "service": checkout, "source": "pager", "dedup_key": "k"}
    answers = at_once([partial(declare, **call, by=SYSTEM, now=minute(0))] * CROWD)

    assert Counter(answer.created for answer in answers) == {True: 1, False: CROWD - 1}
    assert {answer.incident.number for answer in answers} == {Incident.objects.get().number}
    assert standing(Incident.objects.get()) == {"lead": "Ada offered", "scribe": "vacant: waiting_for_first_to_join"}


def test_of_fifty_who_join_at_once_one_leads_and_all_are_told_who(at_once: AtOnce):
    one = incident()
    crew = people(CROWD)

    answers = at_once([joining(one, who) for who in crew])

    [lead] = Assignment.objects.all()
    assert Participant.objects.filter(incident=one).count() == CROWD
    assert {seat.person for answer in answers for seat in answer.holders} == {lead.person}
    assert [answer.assignment for answer in answers if answer.assignment] == [lead]


def test_one_person_who_joins_fifty_times_at_once_takes_part_once(at_once: AtOnce):
    ada = person("Ada")
    one = incident()

    answers = at_once([joining(one, ada)] * CROWD)

    assert {answer.assignment for answer in answers} == {Assignment.objects.get()}
    assert (Participant.objects.count(), Vacancy.objects.filter(ended_at=None).count()) == (1, 0)


def test_acceptances_and_the_expiry_of_their_offers_have_one_winner_each(at_once: AtOnce):
    ada, bo = person("Ada"), person("Bo")
    checkout = service(rule("lead", named(ada), named(bo)))
    lead, offers = role(), CROWD - 10
    several = [incident(f"Number {number}", service=checkout) for number in range(offers)]

    # As a worker sweeps: in order of due time, so that some are accepted and some are too late.
    accepts = [
        partial(roles.accept, one, role=lead, person=ada, by=Actor.of_person(ada), now=minute(5))
        for one in reversed(several)
    ]
    answers = at_once(accepts + [partial(roles.expire_due_offers, now=minute(5))] * (CROWD - offers))

    claimed = 0
    for one, accepted in zip(several, reversed(answers[:offers]), strict=True):
        if isinstance(accepted, Refusal):
            assert (accepted.code, accepted.extra["holder"]) == ("offer_expired", bo)
            assert ledger(one) == ["Ada 0-5 expired", "Bo 5- offered"]
            claimed += 1
        else:
            assert ledger(one) == ["Ada 0- accepted"]
    assert sum(answers[offers:]) == claimed


@pytest.mark.parametrize("_again", range(3))
def test_an_acceptance_and_forty_nine_takes_have_one_winner(at_once: AtOnce, _again: int):
    ada, *others = crew = people(CROWD)
    one = incident(service=service(rule("lead", named(ada))))
    with arranging():
        Participant.objects.bulk_create(Participant(incident=one, person=who, joined_at=minute(0)) for who in others)
    lead = role()

    def as_oneself(who: Person) -> dict[str, Any]:
        return {"role": lead, "person": who, "by": Actor.of_person(who), "now": minute(1)}

    accepts = partial(roles.accept, one, **as_oneself(ada))
    answers = at_once([accepts, *(partial(roles.take, one, **as_oneself(who)) for who in others)])

    [winner] = [who for who, answer in zip(crew, answers, strict=True) if not isinstance(answer, Refusal)]
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert {(answer.code, answer.extra["holder"]) for answer in refusals} == {("role_taken", winner)}
    assert len(refusals) == CROWD - 1
    assert standing(one) == {"lead": f"{winner} accepted"}


def test_resolutions_and_acceptances_have_one_winner_each(at_once: AtOnce):
    ada = person("Ada")
    checkout = service(rule("lead", named(ada)))
    lead = role()
    several = [incident(f"Number {number}", service=checkout) for number in range(CROWD // 2)]

    accepts = [
        partial(roles.accept, one, role=lead, person=ada, by=Actor.of_person(ada), now=minute(1)) for one in several
    ]
    answers = at_once([*accepts, *(partial(lifecycle.resolve, one, by=SYSTEM, now=minute(1)) for one in several)])

    for one, accepted in zip(several, answers, strict=False):
        [seat] = one.assignments.all()
        assert (seat.end_reason, seat.ended_at) == ("resolved", minute(1))
        if isinstance(accepted, Refusal):
            assert (accepted.code, seat.accepted_at) == ("incident_resolved", None)
        else:
            assert seat.accepted_at == minute(1)


def test_two_workers_pass_each_offer_on_once(at_once: AtOnce):
    ada, bo = person("Ada"), person("Bo")
    checkout = service(rule("lead", named(ada), named(bo)))
    several = [incident(f"Number {number}", service=checkout) for number in range(10)]

    claimed = at_once([partial(roles.expire_due_offers, now=minute(5))] * 4)

    assert sum(claimed) == 10
    assert [ledger(one) for one in several] == [["Ada 0-5 expired", "Bo 5- offered"]] * 10


def test_fifty_joins_accepts_and_takes_at_once_leave_one_holder_of_each_seat(at_once: AtOnce):
    crew = people(10)
    ada = crew[0]
    one = incident(service=service(rule("lead", named(ada), FIRST_TO_JOIN), rule("scribe", FIRST_TO_JOIN, seats=2)))
    for who in crew[5:]:
        participants.join(one, person=who, by=Actor.of_person(who), now=minute(0))

    seats = (role(), role("scribe"))

    def calls_of(who: Person) -> list[Callable[[], Any]]:
        as_themselves: dict[str, Any] = {"person": who, "by": Actor.of_person(who), "now": minute(1)}
        return [
            partial(participants.join, one, **as_themselves),
            partial(participants.join, one, accept=True, **as_themselves),
            partial(roles.accept, one, role=seats[0], **as_themselves),
            partial(roles.take, one, role=seats[0], **as_themselves),
            partial(roles.take, one, role=seats[1], **as_themselves),
        ]

    answers = at_once([call for who in crew for call in calls_of(who)])

    held = Assignment.objects.filter(incident=one, ended_at=None)
    codes = {answer.code for answer in answers if isinstance(answer, Refusal)}
    assert len(answers) == 50
    assert sorted(held.values_list("role__slug", "seat", "state")) == [
        ("lead", 1, "accepted"),
        ("scribe", 1, "accepted"),
        ("scribe", 2, "accepted"),
    ]
    assert len({row.person for row in held.filter(role__slug="scribe")}) == 2
    assert not Vacancy.objects.filter(incident=one, ended_at=None).exists()
    assert codes <= {"role_taken", "not_offered", "not_a_participant", "already_answered"}


def test_whoever_is_deactivated_while_sitting_down_holds_nothing_and_nobody_waits_for_ever(at_once: AtOnce):
    for number in range(5):
        ada, bo = person(f"Ada{number}"), person(f"Bo{number}")
        one = incident(service=service(rule("lead", named(ada), named(bo)), slug=f"checkout{number}"))
        by = Actor.of_person(ada)

        at_once(
            [
                partial(roles.accept, one, role=role(), person=ada, by=by, now=minute(1)),
                joining(one, ada),
                partial(deactivate_person, ada, by=SYSTEM, now=minute(1)),
                partial(roles.take, one, role=role(), person=ada, by=by, now=minute(1)),
                partial(roles.expire_due_offers, now=minute(5)),
            ]
        )

        assert standing(one) == {"lead": f"Bo{number} offered"}


def test_an_incident_resolved_while_everybody_joins_has_no_open_seat(at_once: AtOnce):
    one = incident()
    crew = people(CROWD - 1)

    resolves = partial(lifecycle.resolve, one, by=SYSTEM, now=minute(1))
    at_once([resolves, *(joining(one, who) for who in crew)])

    assert not Assignment.objects.filter(ended_at=None).exists()
    assert not Vacancy.objects.filter(ended_at=None).exists()


def handing_off(ada: Person, bo: Person, *, on: Service) -> tuple[Incident, Callable[[], Any]]:
    """Return an incident that Ada leads and hands to Bo, and Bo's acceptance."""
    one = incident(service=on)
    by_ada, by_bo = Actor.of_person(ada), Actor.of_person(bo)
    roles.accept(one, role=role(), person=ada, by=by_ada, now=minute(0))
    handoff = handoffs.offer_handoff(one, role=role(), person=ada, to=bo, by=by_ada, now=minute(1))
    return one, partial(handoffs.accept_handoff, handoff, person=bo, by=by_bo, now=minute(2))


def test_accepted_handoffs_and_forced_takes_have_one_winner_each(at_once: AtOnce):
    ada, bo, root = person("Ada"), person("Bo"), administrator("Root")
    checkout = service(rule("lead", named(ada)))
    lead = role()
    pairs = [handing_off(ada, bo, on=checkout) for _ in range(CROWD // 2)]
    by_root: dict[str, Any] = {"person": root, "by": Actor.of_person(root), "now": minute(2)}
    takes = [partial(roles.take, one, role=lead, force=True, reason="silence", **by_root) for one, _ in pairs]

    answers = at_once([*(accepts for _, accepts in pairs), *takes])

    for (one, _), accepted, taken in zip(pairs, answers[: len(pairs)], answers[len(pairs) :], strict=True):
        assert not isinstance(taken, Refusal)
        if isinstance(accepted, Refusal):
            assert (accepted.code, accepted.extra["holder"]) == ("handoff_cancelled", root)
            assert ledger(one) == ["Ada 0-2 taken", "Root 2- accepted"]
        else:
            assert ledger(one) == ["Ada 0-2 handed_off", "Bo 2-2 taken", "Root 2- accepted"]


def test_a_handoff_accepted_fifty_times_at_once_changes_hands_once(at_once: AtOnce):
    ada, bo = person("Ada"), person("Bo")
    checkout = service(rule("lead", named(ada)))
    one, accepts = handing_off(ada, bo, on=checkout)

    answers = at_once([accepts] * CROWD)

    assert set(answers) == {Assignment.objects.get(incident=one, ended_at=None)}
    assert ledger(one) == ["Ada 0-2 handed_off", "Bo 2- accepted"]
    assert one.timeline.filter(kind="handed_off").count() == 1


def test_a_handoff_accepted_while_the_incident_is_resolved_leaves_no_open_seat(at_once: AtOnce):
    ada, bo = person("Ada"), person("Bo")
    checkout = service(rule("lead", named(ada)))
    for _ in range(10):
        one, accepts = handing_off(ada, bo, on=checkout)

        accepted, _ = at_once([accepts, partial(lifecycle.resolve, one, by=SYSTEM, now=minute(2))])

        if isinstance(accepted, Refusal):
            assert (accepted.code, accepted.extra["reason"]) == ("handoff_cancelled", "resolved")
            assert ledger(one) == ["Ada 0-2 resolved"]
        else:
            assert ledger(one) == ["Ada 0-2 handed_off", "Bo 2-2 resolved"]


def test_a_handoff_and_its_expiry_and_withdrawal_have_one_winner(at_once: AtOnce):
    ada, bo = person("Ada"), person("Bo")
    checkout = service(rule("lead", named(ada)))
    for _ in range(5):
        one, accepts = handing_off(ada, bo, on=checkout)
        handoff = accepts.args[0]  # type: ignore[attr-defined]
        withdraws = partial(handoffs.cancel_handoff, handoff, person=ada, by=Actor.of_person(ada), now=minute(11))

        answers = at_once([accepts, withdraws, *[partial(handoffs.expire_due_handoffs, now=minute(11))] * 2])

        handoff.refresh_from_db()
        assert sum(answers[2:]) == (handoff.state == "expired")
        codes = {answer.code for answer in answers if isinstance(answer, Refusal)}
        expected = {
            "accepted": {"already_answered"},
            "cancelled": {"handoff_cancelled"},
            "expired": {"offer_expired"},
        }
        assert codes == expected[handoff.state]
        assert len(ledger(one)) == (2 if handoff.state == "accepted" else 1)


def test_a_handoff_to_somebody_who_is_deactivated_meanwhile_waits_for_nobody(at_once: AtOnce):
    ada = person("Ada")
    by = Actor.of_person(ada)
    for number in range(5):
        bo = person(f"Bo{number}")
        one = incident(service=service(rule("lead", named(ada)), slug=f"checkout{number}"))
        roles.accept(one, role=role(), person=ada, by=by, now=minute(0))

        offers = partial(handoffs.offer_handoff, one, role=role(), person=ada, to=bo, by=by, now=minute(1))
        offered, _ = at_once([offers, partial(deactivate_person, bo, by=SYSTEM, now=minute(1))])

        assert standing(one) == {"lead": "Ada accepted"}
        if isinstance(offered, Refusal):
            assert offered.code == "person_deactivated"
        else:
            offered.refresh_from_db()
            assert (offered.state, offered.reason) == ("cancelled", "deactivated")


def test_two_incidents_merged_into_each_other_at_once_leave_one(at_once: AtOnce):
    for number in range(10):
        checkout = service(rule("lead", FIRST_TO_JOIN), slug=f"checkout{number}")
        first, second = incident("First", service=checkout), incident("Second", service=checkout)

        answers = at_once(
            [
                partial(merging.merge, one, into=other, by=SYSTEM, now=minute(1))
                for one, other in ((first, second), (second, first))
            ]
        )

        [refusal] = [answer for answer in answers if isinstance(answer, Refusal)]
        assert refusal.code == "merged"
        ended = Incident.objects.filter(pk__in=(first.pk, second.pk)).exclude(merged_into=None).get()
        assert {ended.pk, ended.merged_into_id} == {first.pk, second.pk}


def database_of(count: int) -> tuple[Schedule, list[Person]]:
    """Return a schedule in which that many people take turns."""
    crew = people(count)
    primary = schedule("db-primary")
    weekly_rotation(primary, crew)
    return primary, crew


def test_whoever_is_on_call_elsewhere_is_asked_once_however_many_bring_them_in(at_once: AtOnce):
    one = incident()
    primary, crew = database_of(2)

    asking = partial(bringing_in.ask_on_call, one, schedule=primary, by=SYSTEM, now=minute(1))
    answers = at_once([asking] * 10)

    assert Counter(len(answer.people) for answer in answers) == {1: 1, 0: 9}
    assert {(*answer.people, *answer.already) for answer in answers} == {(crew[0],)}
    assert one.timeline.filter(kind="help_asked").count() == 1


def test_more_help_asked_for_five_times_at_once_is_five_different_people(at_once: AtOnce):
    one = incident()
    primary, crew = database_of(4)

    answers = at_once([partial(bringing_in.ask_next_on_call, one, schedule=primary, by=SYSTEM, now=minute(1))] * 5)

    asked = [person for answer in answers if not isinstance(answer, Refusal) for person in answer.people]
    assert sorted(person.pk for person in asked) == sorted(person.pk for person in crew)
    assert [answer.code for answer in answers if isinstance(answer, Refusal)] == ["nobody_left_to_ask"]


def test_joining_while_being_asked_to_help_leaves_nobody_asked_who_is_here(at_once: AtOnce):
    primary, [dee, *_] = database_of(1)
    for number in range(5):
        one = incident(f"Number {number}")

        asks = partial(bringing_in.ask_on_call, one, schedule=primary, by=SYSTEM, now=minute(1))
        at_once([asks, joining(one, dee), partial(participants.leave, one, person=dee, by=SYSTEM, now=minute(1))])

        [row] = Participant.objects.filter(incident=one)
        assert row.joined_at is None or row.asked_at is None or row.left_at is None
        assert not (row.asked_at is not None and row.left_at is not None)
