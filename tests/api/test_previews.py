"""What would a change do, and is nothing done by asking?"""

from datetime import timedelta

import pytest

from rotations.actors import Actor
from rotations.services.absences import add_absence
from rotations.services.rotations import end_rotation
from tests.admin_forms import stored
from tests.api.callers import problem, service_calling
from tests.factories.incidents import NIGHT
from tests.factories.rotations import schedule, weekly_rotation

PATH = "schedules/payments-primary/preview/"
UNTIL = {"until": "2026-12-07T09:00:00Z"}
HALF_DAY = {"start": "2026-11-20T12:00:00Z", "end": "2026-11-20T16:00:00Z"}
# Nothing of what is only looked at has a name or is recorded.
NAMELESS = {"uid": None, "recorded": False}
WEEK = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-30T09:00:00Z"}
NEXT = {"start": "2026-11-30T09:00:00Z", "end": "2026-12-07T09:00:00Z"}


@pytest.fixture
def relay(company):
    caller = service_calling("read")
    caller.get("people/")  # notes that the token is in use, once a minute
    return caller


def shown(person):
    return {"id": person.pk, "name": person.name, "email": person.email}


def turn(company, ordinal):
    return {"kind": "rotation", "rotation": company.rotation, "ordinal": ordinal, "layer": 1}


def preview(**found):
    return {
        "schedule": "payments-primary",
        "from": "2026-11-20T03:00:00Z",
        **UNTIL,
        "gained": [],
        "lost": [],
        "gaps": {"new": [], "closed": []},
        "conflicts": [],
    } | found


def test_an_edit_shows_who_gains_and_loses_what_and_whom_it_finds_away(company, relay):
    away = add_absence(
        company.mia, start=NIGHT + timedelta(days=5), end=NIGHT + timedelta(days=6), by=Actor.system(), now=NIGHT
    )
    slots = [[{"person": "ada@example.test"}], [{"person": company.mia.pk}], []]

    heard = relay.post(PATH, {"rotation": {"id": company.rotation, "slots": slots}} | UNTIL)

    assert (heard.status, heard.body) == (
        200,
        preview(
            gained=[{"person": shown(company.mia), **WEEK, "source": turn(company, 151), **NAMELESS}],
            lost=[
                {"person": shown(company.bo), **WEEK, "source": turn(company, 151), **NAMELESS},
                {"person": shown(company.ada), **NEXT, "source": turn(company, 152), **NAMELESS},
            ],
            gaps={"new": [NEXT], "closed": []},
            conflicts=[
                {
                    "person": shown(company.mia),
                    "absence": away.pk,
                    "start": "2026-11-25T03:00:00Z",
                    "end": "2026-11-26T03:00:00Z",
                }
            ],
        ),
    )


def test_what_is_new_has_no_id_yet(company, relay):
    rotation = {
        "name": "Shadow",
        "layer": 2,
        "anchor": "2026-11-16T09:00:00",
        "slots": [[{"person": company.mia.pk}], []],
    }
    override = {"kind": "add", "person": company.bo.pk} | HALF_DAY

    added = relay.post(PATH, {"rotation": rotation, "until": "2026-11-23T09:00:00Z"})
    overridden = relay.post(PATH, {"override": override} | UNTIL)

    rest = {"start": "2026-11-20T03:00:00Z", "end": "2026-11-23T09:00:00Z"}
    new = {"kind": "rotation", "rotation": None, "ordinal": 0, "layer": 2}
    assert added.body == preview(
        until="2026-11-23T09:00:00Z",
        gained=[{"person": shown(company.mia), **rest, "source": new, **NAMELESS}],
        lost=[{"person": shown(company.ada), **rest, "source": turn(company, 150), **NAMELESS}],
    )
    new = {"kind": "override", "rotation": None, "ordinal": None, "layer": None}
    assert overridden.body == preview(gained=[{"person": shown(company.bo), **HALF_DAY, "source": new, **NAMELESS}])


def test_ending_a_rotation_opens_a_gap_for_the_next_sixty_days(company, relay):
    heard = relay.post(PATH, {"remove_rotation": company.rotation})

    assert heard.body["until"] == "2027-01-19T03:00:00Z"
    assert heard.body["gaps"] == {
        "new": [{"start": "2026-11-20T03:00:00Z", "end": "2027-01-19T03:00:00Z"}],
        "closed": [],
    }
    assert {each["person"]["name"] for each in heard.body["lost"]} == {"Ada Okafor", "Bo Lind"}


def test_what_changes_nothing_is_empty(company, relay):
    removal = {"kind": "remove", "replaces": company.mia.pk} | HALF_DAY

    assert relay.post(PATH, {"override": removal} | UNTIL).body == preview()
    assert relay.post(PATH, {"rotation": {"id": company.rotation, "name": "First"}} | UNTIL).body == preview()


def test_asking_writes_nothing_and_anybody_may(company, relay):
    body = {"rotation": {"name": "More", "slots": [[{"person": company.bo.pk}]]}}
    for caller in company.cast().values():
        caller.get("people/")
    rows = stored()

    assert {who: caller.post(PATH, body).status for who, caller in company.cast().items()} == {
        "nobody": 401,
        "member": 200,
        "manager": 200,
        "manager of another team": 200,
        "administrator": 200,
        "token read": 200,
        "token incidents": 200,
        "token schedules": 200,
        "token admin": 200,
    }
    assert {label: found for label, found in stored().items() if "ApiToken" not in label} == {
        label: found for label, found in rows.items() if "ApiToken" not in label
    }


def test_what_saving_refuses_is_refused_with_its_code_where_it_stands(company, relay):
    elsewhere = weekly_rotation(schedule("other", of=company.search), [company.bo])
    over = weekly_rotation(company.primary, [company.bo])
    end_rotation(over, by=Actor.system(), now=NIGHT)
    one = [[{"person": company.bo.pk}]]
    edit = {"id": company.rotation, "slots": one}
    cases = {
        "nothing": {},
        "two": {"rotation": edit, "remove_rotation": company.rotation},
        "no name, no slots": {"rotation": {"layer": 2}},
        "no such field": {"rotation": edit | {"colour": "red"}},
        "no members": {"rotation": edit | {"slots": [[]]}},
        "no such person": {"rotation": edit | {"slots": [[{"person": 999}]]}},
        "twice in a slot": {"rotation": edit | {"slots": [one[0] * 2]}},
        "in the past": {"rotation": edit | {"effective_at": "2026-11-01T00:00:00Z"}},
        "no such zone": {"rotation": edit | {"zone": "Mars/Olympus"}},
        "no such rotation": {"remove_rotation": 999},
        "another schedule's": {"rotation": edit | {"id": elsewhere.pk}},
        "another's to end": {"remove_rotation": elsewhere.pk},
        "ended": {"remove_rotation": over.pk},
        "kind": {"override": {"kind": "add"} | HALF_DAY},
        "over": {
            "override": {
                "kind": "add",
                "person": company.bo.pk,
                "start": "2026-11-01T00:00:00Z",
                "end": "2026-11-02T00:00:00Z",
            }
        },
        "too far": {"rotation": edit, "until": "2028-11-20T00:00:00Z"},
        "backwards": {"rotation": edit, "until": "2026-11-20T03:00:00Z"},
    }
    heard = {case: problem(relay.post(PATH, body)) for case, body in cases.items()}

    assert {case: (one["status"], one["code"], one["errors"]) for case, one in heard.items()} == {
        "nothing": (400, "invalid", [("", "invalid")]),
        "two": (400, "invalid", [("", "invalid")]),
        "no name, no slots": (400, "invalid", [("/rotation/name", "required"), ("/rotation/slots", "required")]),
        "no such field": (400, "invalid", [("/rotation/colour", "unknown_field")]),
        "no members": (400, "no_members", [("/rotation/slots", "no_members")]),
        "no such person": (400, "unknown_person", [("/rotation/slots", "unknown_person")]),
        "twice in a slot": (400, "invalid", [("/rotation/slots", "member_twice")]),
        "in the past": (409, "in_the_past", [("/rotation/effective_at", "in_the_past")]),
        "no such zone": (400, "unknown_zone", [("/rotation/zone", "unknown_zone")]),
        "no such rotation": (400, "unknown_rotation", [("/remove_rotation", "unknown_rotation")]),
        "another schedule's": (400, "unknown_rotation", [("/rotation/id", "unknown_rotation")]),
        "another's to end": (400, "unknown_rotation", [("/remove_rotation", "unknown_rotation")]),
        "ended": (409, "ended", []),
        "kind": (400, "invalid", [("/override/kind", "people_do_not_fit_kind")]),
        "over": (409, "in_the_past", [("/override/end", "in_the_past")]),
        "too far": (400, "window_too_long", [("/until", "window_too_long")]),
        "backwards": (400, "invalid", [("/until", "end_before_start")]),
    }


def test_a_preview_says_what_the_same_bodies_do_when_they_are_sent(company, relay):
    mia = company.cast()["manager"]
    slots = [[{"person": company.bo.pk}], [{"person": company.mia.pk}]]

    seen = relay.post(PATH, {"rotation": {"id": company.rotation, "slots": slots}} | UNTIL).body
    mia.patch(f"rotations/{company.rotation}/", {"slots": slots})

    shifts = relay.get("schedules/payments-primary/shifts/", **{"from": seen["from"]}, **UNTIL).body["shifts"]
    assert [each["person"]["name"] for each in shifts] == ["Bo Lind", "Mia Roth", "Bo Lind"]
    assert [(each["person"]["name"], each["start"]) for each in seen["gained"]] == [
        (each["person"]["name"], each["start"]) for each in shifts
    ]
