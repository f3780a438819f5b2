"""Who takes the turn of whom, and who may ask, answer and take back?"""

import pytest

from rotations.actors import Actor
from rotations.models import Rotation, Swap
from rotations.services.people import deactivate_person
from tests.api.callers import person_calling, problem, service_calling
from tests.factories.rotations import accepted_swap, asked_swap

# On the night Ada serves turn 150, until Monday 2026-11-23 at 09:00; then Bo serves turn 151.
HANDOFF, NEXT = "2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z"


@pytest.fixture
def ada(company):
    return person_calling(company.ada)


@pytest.fixture
def bo(company):
    return person_calling(company.bo)


def shown(person):
    return {"id": person.pk, "name": person.name, "email": person.email}


def body(company, **more):
    return {"rotation": company.rotation, "ordinal": 151} | more


def on_call(caller, at):
    people = caller.get("schedules/payments-primary/on-call/", at=at).body["people"]
    return [(one["person"]["name"], one["source"]["kind"], one["source"].get("swap")) for one in people]


def test_a_swap_is_asked_for_and_accepted(company, ada, bo):
    heard = bo.post("swaps/", body(company, person=company.ada.pk, reason="wedding"))

    row = Swap.objects.get()
    expected = {
        "id": row.pk,
        "schedule": "payments-primary",
        "rotation": company.rotation,
        "ordinal": 151,
        "replaces": shown(company.bo),
        "person": shown(company.ada),
        "start": None,
        "end": None,
        "turn_start": HANDOFF,
        "turn_end": NEXT,
        "exchange": None,
        "state": "asked",
        "reason": "wedding",
        "flag": None,
        "asked_at": "2026-11-20T03:00:00Z",
        "answered_at": None,
        "accepted_at": None,
    }
    assert (heard.status, heard.body) == (201, expected)
    assert heard.headers["Location"] == f"/api/v1/swaps/{row.pk}/"
    assert ada.get("swaps/").body == {"next": None, "previous": None, "results": [expected]}
    assert on_call(ada, HANDOFF) == [("Bo Lind", "rotation", None)]

    accepted = ada.post(f"swaps/{row.pk}/accept/", {})

    now = "2026-11-20T03:00:00Z"
    assert (accepted.status, accepted.body) == (
        200,
        expected | {"state": "accepted", "answered_at": now, "accepted_at": now},
    )
    assert ada.get(f"swaps/{row.pk}/").body == accepted.body
    assert on_call(ada, HANDOFF) == [("Ada Okafor", "swap", row.pk)]
    shifts = ada.get("schedules/payments-primary/shifts/", **{"from": HANDOFF, "until": NEXT}).body["shifts"]
    assert [(one["source"]["kind"], one["source"]["swap"]) for one in shifts] == [("swap", row.pk)]


def test_a_part_is_clipped_to_the_turn(company, bo):
    heard = bo.post("swaps/", body(company, start="2026-11-01T00:00:00Z", end="2026-11-25T00:00:00Z"))

    assert (heard.body["person"], heard.body["start"], heard.body["end"]) == (None, HANDOFF, "2026-11-25T00:00:00Z")


def test_an_exchange_is_two_swaps(company, ada, bo):
    made = bo.post(
        "swaps/", body(company, person=company.ada.pk, exchange={"rotation": company.rotation, "ordinal": 152})
    ).body

    other = ada.get(f"swaps/{made['exchange']}/").body
    assert (other["exchange"], other["replaces"], other["person"]) == (made["id"], made["person"], made["replaces"])
    ada.post(f"swaps/{made['id']}/accept/", {})
    assert on_call(ada, HANDOFF) == [("Ada Okafor", "swap", made["id"])]
    assert on_call(ada, NEXT) == [("Bo Lind", "swap", other["id"])]


def test_a_shift_is_taken_now(company, bo):
    heard = bo.post("swaps/", body(company, ordinal=150, replaces=company.ada.pk, take=True))

    assert (heard.status, heard.body["state"], heard.body["person"]) == (201, "accepted", shown(company.bo))
    assert on_call(bo, "2026-11-20T03:00:00Z") == [("Bo Lind", "swap", heard.body["id"])]


def test_a_swap_is_declined_or_taken_back(company, ada, bo):
    made = [bo.post("swaps/", body(company, person=company.ada.pk)).body["id"] for _ in range(2)]

    declined, cancelled = ada.post(f"swaps/{made[0]}/decline/", {}), bo.post(f"swaps/{made[1]}/cancel/")

    assert [(each.status, each.body["state"]) for each in (declined, cancelled)] == [
        (200, "declined"),
        (200, "cancelled"),
    ]


def test_a_swap_is_answered_once(company, ada):
    swap = accepted_swap(Rotation.objects.get(), 151, company.bo, company.ada)

    refused = [problem(ada.post(f"swaps/{swap.pk}/{answer}/", {})) for answer in ("accept", "decline")]

    assert refused == [{"status": 409, "code": "already_answered", "errors": []}] * 2


@pytest.mark.parametrize(
    ("change", "status", "code", "errors"),
    [
        ({"ordinal": 149}, 409, "in_the_past", [("/ordinal", "in_the_past")]),
        ({"ordinal": 152}, 409, "not_their_turn", [("/replaces", "not_their_turn")]),
        ({"ordinal": -1000}, 400, "unknown_turn", [("/ordinal", "unknown_turn")]),
        ({"ordinal": 2**63}, 400, "invalid", [("/ordinal", "max_value")]),
        ({"ordinal": "first"}, 400, "invalid", [("/ordinal", "invalid")]),
        ({"rotation": 99999}, 400, "unknown_rotation", [("/rotation", "unknown_rotation")]),
        ({"person": 99999}, 400, "unknown_person", [("/person", "unknown_person")]),
        ({"start": HANDOFF}, 400, "invalid", [("/end", "required")]),
        ({"end": HANDOFF}, 400, "invalid", [("/start", "required")]),
        ({"start": NEXT, "end": HANDOFF}, 400, "invalid", [("/end", "end_before_start")]),
        ({"start": NEXT, "end": "2026-12-01T00:00:00Z"}, 400, "outside_turn", [("/start", "outside_turn")]),
        ({"take": True}, 400, "invalid", [("/replaces", "required")]),
        (
            {"exchange": {"rotation": 99999, "ordinal": 1}},
            400,
            "unknown_rotation",
            [("/exchange/rotation", "unknown_rotation")],
        ),
        ({"why": "x"}, 400, "invalid", [("/why", "unknown_field")]),
    ],
)
def test_a_body_that_makes_no_sense_writes_nothing(company, bo, change, status, code, errors):
    heard = bo.post("swaps/", body(company) | change)

    assert problem(heard) == {"status": status, "code": code, "errors": errors}
    assert not Swap.objects.exists()


def test_an_exchange_names_whom_and_nobody_takes_an_exchange(company, bo):
    back = {"rotation": company.rotation, "ordinal": 152}

    refused = [
        problem(bo.post("swaps/", body(company, exchange=back))),
        problem(bo.post("swaps/", body(company, exchange=back, take=True, replaces=company.bo.pk))),
        problem(bo.post("swaps/", body(company, person=company.bo.pk))),
    ]

    assert refused == [
        {"status": 400, "code": "invalid", "errors": [("/person", "invalid")]},
        {"status": 400, "code": "invalid", "errors": [("/exchange", "invalid")]},
        {"status": 400, "code": "invalid", "errors": [("/person", "replaces_themselves")]},
    ]


def test_somebody_who_left_takes_nothing_over(company, bo, night):
    deactivate_person(company.ada, by=Actor.system(), now=night)

    heard = bo.post("swaps/", body(company, person=company.ada.pk))

    assert problem(heard) == {
        "status": 400,
        "code": "person_deactivated",
        "errors": [("/person", "person_deactivated")],
    }


def test_who_may_ask_for_somebody(company):
    asked = {
        who: caller.post("swaps/", body(company, replaces=company.bo.pk, person=company.ada.pk)).status
        for who, caller in company.cast().items()
    }

    refused = {"nobody": 401} | dict.fromkeys(
        ("member", "manager of another team", "token read", "token incidents"), 403
    )
    assert asked == refused | dict.fromkeys(("manager", "administrator", "token schedules", "token admin"), 201)


def test_a_service_token_names_the_person_and_the_history_says_both(company):
    service = service_calling("schedules")
    rotation = Rotation.objects.get()
    swap = asked_swap(rotation, 151, company.bo, None)

    unnamed = [
        problem(service.post("swaps/", body(company))),
        problem(service.post(f"swaps/{swap.pk}/accept/", {})),
    ]

    assert [(one["code"], one["errors"]) for one in unnamed] == [
        ("person_required", [("/replaces", "person_required")]),
        ("person_required", [("/person", "person_required")]),
    ]
    assert service.post(f"swaps/{swap.pk}/accept/", {"person": company.ada.pk}).status == 200
    change = company.primary.changes.filter(what="swap_accepted").get()
    assert change.actor_name.startswith("Ada Okafor via token ")


def test_an_answer_is_given_by_whom_it_was_asked_of_or_a_manager(company):
    rotation = Rotation.objects.get()
    answers = {}
    for who, caller in company.cast().items():
        swap = asked_swap(rotation, 151, company.bo, company.ada)
        answers[who] = caller.post(f"swaps/{swap.pk}/decline/", {"person": company.ada.pk}).status

    refused = {"nobody": 401} | dict.fromkeys(("manager of another team", "token read", "token incidents"), 403)
    allowed = ("member", "manager", "administrator", "token schedules", "token admin")
    assert answers == refused | dict.fromkeys(allowed, 200)


def test_swaps_are_found_by_state_person_and_schedule(company, ada):
    rotation = Rotation.objects.get()
    asked = asked_swap(rotation, 151, company.bo, None).pk
    accepted = accepted_swap(rotation, 153, company.bo, company.mia).pk

    found = [
        [one["id"] for one in ada.get("swaps/", **filters).body["results"]]
        for filters in (
            {},
            {"state": "asked"},
            {"state": ["asked", "accepted"]},
            {"person": company.mia.pk},
            {"person": company.bo.pk},
            {"person": company.ada.pk},
            {"schedule": "payments-primary", "state": "accepted"},
        )
    ]

    both = [accepted, asked]
    assert found == [both, [asked], both, [accepted], both, [], [accepted]]
    assert problem(ada.get("swaps/", schedule="none"))["code"] == "unknown_schedule"
    assert problem(ada.get("swaps/", state="open"))["errors"] == [("/state/0", "invalid_choice")]


@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_two_queries(company, count, django_assert_num_queries):
    rotation = Rotation.objects.get()
    for _ in range(count):
        asked_swap(rotation, 151, company.bo, company.ada)
    caller = service_calling("read")
    caller.get("people/")

    with django_assert_num_queries(2):
        heard = caller.get("swaps/")

    assert len(heard.body["results"]) == count
