"""Who holds which role, how does it change hands, and who may do that?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from oncall.incidents.models import Assignment
from tests.api.callers import person_calling, problem, service_calling, taking_part
from tests.factories.incidents import FIRST_TO_JOIN, incident, on_call_in, rule, service

MOMENT = "2026-11-20T03:00:00Z"


@pytest.fixture
def number(company):
    """An incident whose lead is offered to Ada, and whose scribe is whoever joins first."""
    checkout = service(rule("lead", on_call_in(company.primary)), rule("scribe", FIRST_TO_JOIN), team=company.payments)
    return incident(service=checkout).number


@pytest.fixture
def ada(company):
    return person_calling(company.ada)


@pytest.fixture
def bo(company):
    return person_calling(company.bo)


@pytest.fixture
def relay(company):
    return service_calling("incidents")


def shown(row):
    return {"id": row.pk, "name": row.name, "email": row.email}


def holders(heard):
    return {seat["role"]: (seat["holder"]["name"], seat["state"]) for seat in heard.body["roles"]}


def test_accepting_makes_the_offer_firm_and_joins(company, number, ada):
    heard = ada.post(f"incidents/{number}/roles/lead/accept/")

    seat = heard.body["roles"][0]
    assert (heard.status, seat) == (
        200,
        {
            "role": "lead",
            "seat": 1,
            "assignment": Assignment.objects.get(role__slug="lead").pk,
            "holder": shown(company.ada),
            "state": "accepted",
            "since": MOMENT,
            "accept_by": None,
            "because": "on call in payments-primary until 2026-11-23T09:00:00Z",
        },
    )
    assert heard.body["participants"] == [taking_part(company.ada, joined_at=MOMENT)]
    assert ada.post(f"incidents/{number}/roles/lead/accept/").body == heard.body


def test_whoever_was_not_offered_hears_who_was(company, number, bo):
    heard = bo.post(f"incidents/{number}/roles/lead/accept/")

    assert problem(heard) == {"status": 409, "code": "not_offered", "errors": []}
    assert heard.body["holder"] == shown(company.ada)


def test_a_decliner_leaves_the_seat_to_the_next_and_a_reason_stays(company, number, ada):
    heard = ada.post(f"incidents/{number}/roles/lead/decline/", {"reason": "on a train"})

    assert heard.body["roles"] == []
    assert heard.body["vacancies"][0] == {"role": "lead", "seat": 1, "because": "everyone_declined"}
    assert Assignment.objects.get().end_note == "on a train"


def test_joining_fills_a_role_that_waits_and_the_second_hears_who_won(company, number, bo):
    first = bo.post(f"incidents/{number}/join/")
    again = bo.post(f"incidents/{number}/join/")
    second = person_calling(company.mia).post(f"incidents/{number}/join/", {"kind": "responder"})

    expected = {"lead": ("Ada Okafor", "offered"), "scribe": ("Bo Lind", "accepted")}
    assert (first.status, holders(first), again.body) == (200, expected, first.body)
    assert (second.status, holders(second)) == (200, expected)


def test_joining_with_accept_accepts_what_is_offered(company, number, ada):
    plain = ada.post(f"incidents/{number}/join/")
    accepting = ada.post(f"incidents/{number}/join/", {"accept": True})

    assert holders(plain)["lead"] == ("Ada Okafor", "offered")
    assert holders(accepting)["lead"] == ("Ada Okafor", "accepted")


def test_taking_is_accepting_and_an_accepted_role_is_taken_by_force_alone(company, number, ada, bo):
    bo.post(f"incidents/{number}/join/")
    taken = bo.post(f"incidents/{number}/roles/lead/take/")
    refused = ada.post(f"incidents/{number}/roles/lead/take/")
    member = ada.post(f"incidents/{number}/roles/lead/take/", {"force": True, "reason": "x"})
    silent = person_calling(company.mia).post(f"incidents/{number}/roles/lead/take/", {"force": True})
    forced = person_calling(company.mia).post(
        f"incidents/{number}/roles/lead/take/", {"force": True, "reason": "asleep"}
    )

    assert holders(taken)["lead"] == ("Bo Lind", "accepted")
    assert problem(refused) == {"status": 409, "code": "role_taken", "errors": []}
    assert (refused.body["holder"], refused.body["detail"]) == (shown(company.bo), "Bo Lind is Lead since 03:00Z.")
    assert problem(member)["code"] == "not_permitted"
    assert problem(silent) == {"status": 400, "code": "invalid", "errors": [("/reason", "invalid")]}
    assert holders(forced)["lead"] == ("Mia Roth", "accepted")


def test_assigning_asks_somebody_and_an_accepted_role_is_not_assigned(company, number, ada):
    asked = ada.post(f"incidents/{number}/roles/lead/assign/", {"person": company.bo.pk})
    person_calling(company.bo).post(f"incidents/{number}/roles/lead/accept/")
    refused = ada.post(f"incidents/{number}/roles/lead/assign/", {"person": "mia@example.test"})

    assert holders(asked)["lead"] == ("Bo Lind", "offered")
    assert problem(refused) == {"status": 409, "code": "role_taken", "errors": []}
    assert refused.body["holder"] == shown(company.bo)


def test_a_required_role_is_given_back_only_with_a_reason(company, number, ada):
    ada.post(f"incidents/{number}/roles/lead/accept/")
    leaving = ada.post(f"incidents/{number}/leave/")
    releasing = ada.post(f"incidents/{number}/roles/lead/release/")
    vacated = ada.post(f"incidents/{number}/roles/lead/release/", {"vacate": True, "reason": "boarding"})

    assert problem(leaving) == {"status": 409, "code": "must_hand_off", "errors": []}
    assert problem(releasing) == {"status": 409, "code": "must_hand_off", "errors": []}
    assert releasing.body["role"] == "lead"
    assert vacated.status == 200


def test_leaving_is_noted(company, number, bo):
    person_calling(company.mia).post(f"incidents/{number}/join/", {"kind": "observer"})

    heard = person_calling(company.mia).post(f"incidents/{number}/leave/", {"reason": "lunch"})

    assert taking_part(company.mia, kind="observer", joined_at=MOMENT, left_at=MOMENT) in heard.body["participants"]
    assert problem(bo.post(f"incidents/{number}/leave/")) == {"status": 409, "code": "not_a_participant", "errors": []}


ACTS = ["join/", "leave/", *(f"roles/lead/{act}/" for act in ("accept", "decline", "take", "release"))]


@pytest.mark.parametrize("act", ACTS)
def test_a_service_names_the_person_who_acts(number, relay, act):
    heard = relay.post(f"incidents/{number}/{act}")

    required = [("/person", "person_required")]
    assert problem(heard) == {"status": 400, "code": "person_required", "errors": required}
    assert Assignment.objects.get().state == "offered"


@pytest.mark.parametrize("act", ACTS)
def test_people_act_for_themselves_only(company, number, bo, act):
    heard = bo.post(f"incidents/{number}/{act}", {"person": company.ada.pk})

    assert problem(heard) == {"status": 403, "code": "not_permitted", "errors": [("/person", "not_permitted")]}
    assert Assignment.objects.get().state == "offered"


@pytest.mark.parametrize("named", ["ada@example.test", "id"])
def test_a_service_acts_for_whom_it_names_and_the_timeline_says_so(company, number, relay, named):
    person = company.ada.pk if named == "id" else named

    heard = relay.post(f"incidents/{number}/roles/lead/accept/", {"person": person})

    entry = relay.get(f"incidents/{number}/timeline/").body["results"][-1]
    assert holders(heard) == {"lead": ("Ada Okafor", "accepted")}
    assert (entry["by"]["kind"], entry["by"]["name"]) == ("token", "Ada Okafor via token Alert relay")


@pytest.mark.parametrize("act", ["assign", "accept", "decline", "take", "release"])
def test_a_role_that_is_none_is_not_there_and_tokens_need_the_scope(company, number, ada, act):
    unknown = ada.post(f"incidents/{number}/roles/pilot/{act}/", {"person": company.ada.pk})
    cast = company.cast()
    refused = {
        who: cast[who].post(f"incidents/{number}/roles/lead/{act}/", {"person": company.ada.pk}).status
        for who in ("nobody", "token read", "token schedules")
    }

    assert problem(unknown) == {"status": 404, "code": "not_found", "errors": []}
    assert refused == {"nobody": 401, "token read": 403, "token schedules": 403}


@pytest.mark.parametrize(
    ("act", "body", "errors"),
    [
        ("roles/lead/assign/", {}, [("/person", "required")]),
        ("roles/lead/assign/", {"person": None}, [("/person", "null")]),
        ("roles/lead/take/", {"force": "perhaps"}, [("/force", "invalid")]),
        ("roles/lead/decline/", {"reason": "x" * 501}, [("/reason", "max_length")]),
        ("roles/lead/accept/", {"reason": "x"}, [("/reason", "unknown_field")]),
        ("join/", {"kind": "spectator"}, [("/kind", "invalid_choice")]),
    ],
)
def test_a_body_that_makes_no_sense_changes_nothing(number, ada, act, body, errors):
    heard = ada.post(f"incidents/{number}/{act}", body)

    assert problem(heard) == {"status": 400, "code": "invalid", "errors": errors}
    assert Assignment.objects.get().state == "offered"


def test_who_held_a_role_then_is_one_question(company, number, ada, bo, night, monkeypatch):
    bo.post(f"incidents/{number}/join/")
    monkeypatch.setattr(timezone, "now", lambda: night + timedelta(minutes=2))
    bo.post(f"incidents/{number}/roles/lead/take/")

    def lead(at):
        heard = ada.get(f"incidents/{number}/roles/", at=at).body
        return heard["at"], [(one["holder"]["name"], one["state"]) for one in heard["roles"] if one["role"] == "lead"]

    assert lead("2026-11-20T03:01:59Z") == ("2026-11-20T03:01:59Z", [("Ada Okafor", "offered")])
    assert lead("2026-11-20T03:02:00Z") == ("2026-11-20T03:02:00Z", [("Bo Lind", "accepted")])
    now = ada.get(f"incidents/{number}/roles/").body
    shown_now = ada.get(f"incidents/{number}/").body
    assert now == {"at": "2026-11-20T03:02:00Z", "roles": shown_now["roles"], "vacancies": shown_now["vacancies"]}
    naive = ada.get(f"incidents/{number}/roles/", at="2026-11-20T03:02:00")
    assert problem(naive) == {"status": 400, "code": "invalid", "errors": [("/at", "invalid")]}


def test_an_answer_is_explained_in_words_and_with_its_evidence(company, number, ada):
    ada.post(f"incidents/{number}/roles/lead/decline/", {"reason": "on a train"})

    heard = ada.get(f"incidents/{number}/roles/lead/explain/")

    held, vacant = heard.body["spans"]
    assert heard.body["role"] == "lead"
    assert {**held, "evidence": None} == {
        "seat": 1,
        "epoch": 1,
        "person": shown(company.ada),
        "state": "ended",
        "since": MOMENT,
        "ended_at": MOMENT,
        "end_reason": "declined",
        "end_note": "on a train",
        "because": "on call in payments-primary until 2026-11-23T09:00:00Z",
        "evidence": None,
        "words": "Ada Okafor: on call in payments-primary until 2026-11-23T09:00:00Z. Ended as declined: on a train.",
    }
    assert (vacant["person"], vacant["because"], vacant["words"]) == (
        None,
        "everyone_declined",
        "Nobody: everyone declined.",
    )
    assert held["evidence"] == [
        {
            "person": company.ada.pk,
            "name": "Ada Okafor",
            "because": held["because"],
            "passed_over": None,
            "accepted_in_30_days": 0,
            "open_incidents": 0,
            "hinted": False,
            "words": "Ada Okafor: on call in payments-primary until 2026-11-23T09:00:00Z",
        }
    ]
    assert [line["words"] for line in vacant["evidence"]] == [
        f"Ada Okafor: on call in payments-primary until 2026-11-23T09:00:00Z, but declined at {MOMENT}"
    ]
