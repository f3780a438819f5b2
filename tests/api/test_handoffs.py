"""A role is handed off over HTTP: offered, answered, taken back, and refused with the holder's name."""

from datetime import timedelta

import pytest

from oncall.incidents.models import Assignment, Handoff
from oncall.incidents.services import lifecycle
from oncall.incidents.services.shift_changes import announce_due_changes
from rotations.actors import Actor
from tests.api.callers import person_calling, problem, service_calling
from tests.factories.incidents import NIGHT, incident, on_call_in, rule, service

MOMENT = "2026-11-20T03:00:00Z"
NOTE = {
    "status": "Card payments fail in the EU.",
    "hypotheses_open": "An expired certificate.",
    "ruled_out": "",
    "last_update": "03:20: told support.",
    "next_check_in": "2026-11-20T03:45:00Z",
}
EMPTY = dict.fromkeys(("status", "hypotheses_open", "ruled_out", "last_update"), "") | {"next_check_in": None}


@pytest.fixture
def ada(company):
    return person_calling(company.ada)


@pytest.fixture
def bo(company):
    return person_calling(company.bo)


@pytest.fixture
def number(company, ada):
    """An incident that Ada leads."""
    checkout = service(rule("lead", on_call_in(company.primary)), team=company.payments)
    declared = incident(service=checkout).number
    ada.post(f"incidents/{declared}/roles/lead/accept/")
    return declared


@pytest.fixture
def handoffs(number):
    return f"incidents/{number}/roles/lead/handoffs/"


def shown(row):
    return {"id": row.pk, "name": row.name, "email": row.email}


def test_a_handoff_is_offered_listed_and_accepted(company, number, handoffs, ada, bo):
    heard = ada.post(handoffs, {"to": company.bo.pk, "note": NOTE})

    handoff = Handoff.objects.get()
    offered = {
        "id": handoff.pk,
        "incident": number,
        "role": "lead",
        "seat": 1,
        "epoch": 1,
        "assignment": Assignment.objects.get().pk,
        "holder": shown(company.ada),
        "to": shown(company.bo),
        "note": NOTE,
        "state": "offered",
        "reason": None,
        "words": "",
        "offered_at": MOMENT,
        "expires_at": "2026-11-20T03:10:00Z",
        "answered_at": None,
        "is_automatic": False,
        "because": "",
        "evidence": [],
    }
    assert (heard.status, heard.body) == (201, offered)
    assert bo.get(handoffs).body == {"next": None, "previous": None, "results": [offered]}

    accepted = bo.post(f"handoffs/{handoff.pk}/accept/")
    assert (accepted.status, accepted.body) == (200, offered | {"state": "accepted", "answered_at": MOMENT})
    assert bo.post(f"handoffs/{handoff.pk}/accept/").body == accepted.body
    [seat] = bo.get(f"incidents/{number}/roles/").body["roles"]
    assert (seat["holder"], seat["state"], seat["because"]) == (
        shown(company.bo),
        "accepted",
        "handed off by Ada Okafor",
    )


def test_a_note_may_be_left_out(company, handoffs, ada):
    heard = ada.post(handoffs, {"to": company.bo.email})

    assert (heard.status, heard.body["note"]) == (201, EMPTY)


def test_declining_gives_a_reason_and_taking_back_ends_it(company, handoffs, ada, bo):
    first = ada.post(handoffs, {"to": company.bo.pk}).body["id"]
    declined = bo.post(f"handoffs/{first}/decline/", {"reason": "on a train"})
    second = ada.post(handoffs, {"to": company.bo.pk}).body["id"]
    cancelled = ada.post(f"handoffs/{second}/cancel/")

    told = [
        (heard.status, heard.body["state"], heard.body["reason"], heard.body["words"])
        for heard in (declined, cancelled)
    ]
    assert told == [(200, "declined", None, "on a train"), (200, "cancelled", "withdrawn", "")]
    late = bo.post(f"handoffs/{second}/accept/")
    assert problem(late) == {"status": 409, "code": "handoff_cancelled", "errors": []}
    assert (late.body["reason"], late.body["holder"]) == ("withdrawn", shown(company.ada))
    assert problem(bo.post(f"handoffs/{first}/accept/"))["code"] == "already_answered"


def test_a_forced_take_cancels_it_and_the_late_acceptance_names_the_holder(company, number, handoffs, ada, bo):
    handoff = ada.post(handoffs, {"to": company.bo.pk}).body["id"]
    mia = person_calling(company.mia)

    taken = mia.post(f"incidents/{number}/roles/lead/take/", {"force": True, "reason": "Ada is silent"})
    late = bo.post(f"handoffs/{handoff}/accept/")

    assert (taken.status, problem(late)) == (200, {"status": 409, "code": "handoff_cancelled", "errors": []})
    assert (late.body["reason"], late.body["holder"]) == ("taken", shown(company.mia))


def test_an_old_handoff_is_stale_after_a_reopening(company, number, handoffs, ada, bo):
    handoff = ada.post(handoffs, {"to": company.bo.pk}).body["id"]
    for step in (lifecycle.resolve, lifecycle.reopen):
        step(Handoff.objects.get().assignment.incident, by=Actor.system(), now=NIGHT)

    late = bo.post(f"handoffs/{handoff}/accept/")

    assert problem(late) == {"status": 409, "code": "stale_epoch", "errors": []}


def test_a_handoff_to_oneself_or_to_nobody_is_invalid(company, handoffs, ada):
    heard = [ada.post(handoffs, body) for body in ({"to": company.ada.pk}, {"to": 10**6}, {}, {"to": None})]

    assert [problem(one) for one in heard] == [
        {"status": 400, "code": "invalid", "errors": [("/to", "invalid")]},
        {"status": 400, "code": "unknown_person", "errors": [("/to", "unknown_person")]},
        {"status": 400, "code": "invalid", "errors": [("/to", "required")]},
        {"status": 400, "code": "invalid", "errors": [("/to", "null")]},
    ]
    assert not Handoff.objects.exists()


def test_a_note_is_refused_where_it_does_not_fit(company, handoffs, ada):
    note = {"status": "x" * 2001, "next_check_in": "soon", "mood": "bad"}

    faults = [
        problem(ada.post(handoffs, {"to": company.bo.pk, "note": {name: said}}))["errors"]
        for name, said in note.items()
    ]

    assert faults == [
        [("/note/status", "max_length")],
        [("/note/next_check_in", "invalid")],
        [("/note/mood", "unknown_field")],
    ]


def test_only_the_holder_offers_and_only_whoever_is_asked_answers(company, handoffs, ada, bo):
    stranger = bo.post(handoffs, {"to": company.mia.pk})
    handoff = ada.post(handoffs, {"to": company.bo.pk}).body["id"]
    answers = [ada.post(f"handoffs/{handoff}/accept/"), bo.post(f"handoffs/{handoff}/cancel/")]

    assert (problem(stranger)["status"], stranger.body["holder"]) == (403, shown(company.ada))
    assert [problem(heard)["code"] for heard in answers] == ["not_permitted", "not_permitted"]


def test_one_handoff_at_a_time(company, handoffs, ada):
    first = ada.post(handoffs, {"to": company.bo.pk}).body["id"]

    heard = ada.post(handoffs, {"to": company.mia.pk})

    assert (problem(heard)["code"], heard.body["handoff"]) == ("handoff_open", first)


def test_a_service_token_names_whom_it_acts_for(company, number, handoffs, ada):
    relay = service_calling("incidents")

    nobody = relay.post(handoffs, {"to": company.bo.pk})
    handoff = relay.post(handoffs, {"person": company.ada.pk, "to": company.bo.pk}).body["id"]
    unnamed = relay.post(f"handoffs/{handoff}/accept/")
    accepted = relay.post(f"handoffs/{handoff}/accept/", {"person": company.bo.pk})

    assert [problem(heard)["code"] for heard in (nobody, unnamed)] == ["person_required", "person_required"]
    assert (accepted.status, accepted.body["state"]) == (200, "accepted")
    entry = ada.get(f"incidents/{number}/timeline/").body["results"][-1]
    assert (entry["kind"], entry["by"]["kind"], entry["data"]["person"]) == ("handed_off", "token", company.bo.pk)


def test_what_is_not_there_is_not_found(company, number, ada):
    calls = [
        ada.post("handoffs/999/accept/"),
        ada.post("handoffs/999/decline/"),
        ada.post("handoffs/999/cancel/"),
        ada.get(f"incidents/{number}/roles/wizard/handoffs/"),
        ada.post(f"incidents/{number + 1}/roles/lead/handoffs/", {"to": company.bo.pk}),
    ]

    assert [problem(heard)["status"] for heard in calls] == [404] * 5


def test_tokens_that_only_read_look_and_do_not_touch(company, number, handoffs, ada):
    handoff = ada.post(handoffs, {"to": company.bo.pk}).body["id"]
    reader = service_calling("read")

    assert reader.get(handoffs).status == 200
    refusals = [
        reader.post(handoffs, {}),
        *(reader.post(f"handoffs/{handoff}/{verb}/") for verb in ("accept", "cancel")),
    ]
    assert [problem(heard)["status"] for heard in refusals] == [403] * 3


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_handoffs_takes_the_same_queries_at_any_length(
    company, handoffs, ada, bo, django_assert_num_queries, count
):
    for _ in range(count):
        ada.post(f"handoffs/{ada.post(handoffs, {'to': company.bo.pk}).body['id']}/cancel/")

    with django_assert_num_queries(5):
        assert len(bo.get(handoffs).body["results"]) == count


def test_a_handoff_at_a_shift_change_says_that_it_is_one_and_why_to_this_person(company, ada):
    lead = rule("lead", on_call_in(company.primary), on_shift_change="offer")
    declared = incident(service=service(lead, slug="shop")).number
    ada.post(f"incidents/{declared}/roles/lead/accept/")

    announce_due_changes(now=NIGHT + timedelta(days=4))

    [offered] = ada.get(f"incidents/{declared}/roles/lead/handoffs/").body["results"]
    because = "on call in payments-primary until 2026-11-30T09:00:00Z"
    assert (offered["to"], offered["is_automatic"], offered["because"]) == (shown(company.bo), True, because)
    assert [line["words"] for line in offered["evidence"]] == [f"Bo Lind: {because}"]
