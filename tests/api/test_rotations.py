"""Who takes turns in a schedule, and how is that changed?"""

from datetime import timedelta

import pytest

from rotations.models import Rotation, RotationVersion
from tests.api.callers import person_calling, problem, service_calling
from tests.factories.rotations import person, schedule, weekly_rotation


@pytest.fixture
def mia(company):
    return person_calling(company.mia)


def body(company, **changed):
    return {
        "name": "Business hours",
        "layer": 2,
        "anchor": "2026-01-05T09:00:00",
        "zone": "Europe/Berlin",
        "unit": "week",
        "every": 1,
        "advance": "turn",
        "slots": [
            [{"person": company.ada.pk}],
            [{"person": company.bo.pk}, {"person": company.mia.pk, "shadow": True}],
            [],
        ],
        "windows": [{"days": ["mon", "tue"], "start": "09:00", "end": "17:00:30"}],
        "ends_at": None,
    } | changed


PATH = "schedules/payments-primary/rotations/"


def test_a_rotation_is_added_as_it_is_sent(company, mia):
    heard = mia.post(PATH, body(company))

    row = Rotation.objects.latest("pk")
    expected = {"id": row.pk, "effective_at": "2026-11-20T03:00:00Z", **body(company), "versions": 1}
    assert (heard.status, heard.body) == (201, expected)
    assert heard.headers["Location"] == f"/api/v1/rotations/{row.pk}/"
    assert mia.get(f"rotations/{row.pk}/").body == expected


def test_without_an_anchor_the_first_slot_is_on_now_from_nine_today(company, mia):
    other = schedule("fresh", of=company.payments, zone="Asia/Tokyo")

    heard = mia.post("schedules/fresh/rotations/", {"name": "Primary", "slots": [[{"person": "bo@example.test"}]]})

    row = Rotation.objects.get(schedule=other)
    assert heard.body == {
        "id": row.pk,
        "name": "Primary",
        "layer": 1,
        "effective_at": "2026-11-20T03:00:00Z",
        "anchor": "2026-11-20T09:00:00",
        "zone": "Asia/Tokyo",
        "unit": "week",
        "every": 1,
        "advance": "turn",
        "slots": [[{"person": company.bo.pk}]],
        "windows": [],
        "ends_at": None,
        "versions": 1,
    }
    assert mia.get("schedules/fresh/on-call/").body["people"][0]["person"]["name"] == "Bo Lind"


def test_a_change_makes_a_version_and_keeps_what_is_not_named(company, mia):
    before = mia.get(f"rotations/{company.rotation}/").body

    heard = mia.patch(f"rotations/{company.rotation}/", {"unit": "day", "every": 2})

    changed = {"effective_at": "2026-11-20T03:00:00Z", "unit": "day", "every": 2, "versions": 2}
    assert (heard.status, heard.body) == (200, before | changed)
    assert mia.get(f"rotations/{company.rotation}/").body == heard.body


def test_a_change_for_later_is_shown_at_once_and_in_force_then(company, mia):
    before = mia.get(f"rotations/{company.rotation}/").body

    change = {"slots": [[{"person": company.bo.pk}]], "effective_at": "2026-12-01T00:00:00Z"}
    heard = mia.patch(f"rotations/{company.rotation}/", change)

    assert heard.body == before | change | {"versions": 2}
    assert mia.get(f"rotations/{company.rotation}/").body == before | {"versions": 2}


def test_what_is_shown_can_be_sent_back_without_its_moment(company, mia):
    before = mia.get(f"rotations/{company.rotation}/").body

    heard = mia.patch(f"rotations/{company.rotation}/", {key: before[key] for key in before if key != "effective_at"})

    assert heard.status == 200
    assert heard.body["slots"] == before["slots"]


def test_a_change_of_an_older_version_is_refused(company, mia):
    read = mia.get(f"rotations/{company.rotation}/").headers["ETag"]
    mia.patch(f"rotations/{company.rotation}/", {"name": "First"}, If_Match=read)

    heard = mia.patch(f"rotations/{company.rotation}/", {"name": "Second"}, If_Match=read)

    assert problem(heard) == {"status": 412, "code": "stale_version", "errors": []}
    assert Rotation.objects.get(pk=company.rotation).name == "First"


def test_a_deleted_rotation_has_ended(company, mia):
    heard = mia.delete(f"rotations/{company.rotation}/")

    assert (heard.status, heard.body) == (204, "")
    assert mia.get(f"rotations/{company.rotation}/").body["ends_at"] == "2026-11-20T03:00:00Z"
    assert mia.get(PATH).body["results"] == []
    assert problem(mia.patch(f"rotations/{company.rotation}/", {"name": "x"}))["code"] == "ended"


@pytest.mark.parametrize(
    ("change", "code", "errors"),
    [
        ({"slots": []}, "no_members", [("/slots", "no_members")]),
        ({"slots": [[], []]}, "no_members", [("/slots", "no_members")]),
        ({"slots": [[{"person": 99999}]]}, "unknown_person", [("/slots", "unknown_person")]),
        ({"slots": [[{"person": True}]]}, "unknown_person", [("/slots/0/0/person", "unknown_person")]),
        ({"slots": [[{"person": 1, "boss": True}]]}, "invalid", [("/slots/0/0/boss", "unknown_field")]),
        ({"slots": [7]}, "invalid", [("/slots/0", "not_a_list")]),
        ({"zone": "Mars/Olympus"}, "unknown_zone", [("/zone", "unknown_zone")]),
        ({"anchor": "2026-01-05T09:00:00Z"}, "invalid", [("/anchor", "invalid")]),
        ({"anchor": "Monday"}, "invalid", [("/anchor", "invalid")]),
        ({"anchor": "0001-01-01T00:00:00"}, "invalid", [("/anchor", "invalid")]),
        ({"effective_at": "2026-12-01T00:00:00"}, "invalid", [("/effective_at", "invalid")]),
        ({"ends_at": "2026-12-01T00:00:00"}, "invalid", [("/ends_at", "invalid")]),
        ({"unit": "year"}, "invalid", [("/unit", "invalid_choice")]),
        ({"every": 0}, "invalid", [("/every", "min_value")]),
        ({"layer": 0}, "invalid", [("/layer", "min_value")]),
        ({"windows": [{"days": [], "start": "09:00", "end": "17:00"}]}, "invalid", [("/windows/0/days", "empty")]),
        (
            {"windows": [{"days": ["monday"], "start": "09:00", "end": "17:00"}]},
            "invalid",
            [("/windows/0/days/0", "invalid_choice")],
        ),
        (
            {"windows": [{"days": ["mon"], "start": "25:00", "end": "17:00"}]},
            "invalid",
            [("/windows/0/start", "invalid")],
        ),
        ({"turns": 3}, "invalid", [("/turns", "unknown_field")]),
    ],
)
def test_a_body_that_makes_no_sense_writes_nothing(company, mia, change, code, errors):
    added = mia.post(PATH, body(company, **change))
    edited = mia.patch(f"rotations/{company.rotation}/", change)

    assert problem(added) == {"status": 400, "code": code, "errors": errors}
    assert problem(edited) == {"status": 400, "code": code, "errors": errors}
    assert (Rotation.objects.count(), RotationVersion.objects.count()) == (1, 1)


def test_a_rotation_does_not_end_before_it_begins(company, mia):
    added = mia.post(PATH, body(company, ends_at="2026-11-01T00:00:00Z"))
    edited = mia.patch(f"rotations/{company.rotation}/", {"ends_at": "2026-11-01T00:00:00Z"})

    assert problem(added) == {"status": 400, "code": "invalid", "errors": [("/ends_at", "end_before_start")]}
    assert problem(edited) == {"status": 409, "code": "in_the_past", "errors": [("/ends_at", "in_the_past")]}
    assert (Rotation.objects.count(), RotationVersion.objects.count()) == (1, 1)


def test_a_person_is_not_twice_in_a_slot(company, mia):
    twice = [[{"person": company.ada.pk}, {"person": company.ada.pk}]]

    heard = mia.post(PATH, body(company, slots=twice))

    assert problem(heard) == {"status": 400, "code": "invalid", "errors": [("/slots", "member_twice")]}
    assert Rotation.objects.count() == 1


def test_the_past_is_not_edited(company, mia):
    heard = mia.patch(f"rotations/{company.rotation}/", {"every": 2, "effective_at": "2026-11-01T00:00:00Z"})

    assert problem(heard) == {"status": 409, "code": "in_the_past", "errors": [("/effective_at", "in_the_past")]}
    assert RotationVersion.objects.count() == 1


def test_managers_administrators_and_services_with_the_scope_change_rotations(company):
    cast = company.cast()

    added = {who: caller.post(PATH, body(company)).status for who, caller in cast.items()}
    changed = {
        who: caller.patch(f"rotations/{company.rotation}/", {"name": "x"}).status for who, caller in cast.items()
    }

    refused = {"nobody": 401} | dict.fromkeys(
        ("member", "manager of another team", "token read", "token incidents"), 403
    )
    may = ("manager", "administrator", "token schedules", "token admin")
    assert added == refused | dict.fromkeys(may, 201)
    assert changed == refused | dict.fromkeys(may, 200)


@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_seven_queries(company, count, django_assert_num_queries, night):
    for number in range(1, count):
        crews = [person(f"P{number}"), company.bo]
        weekly_rotation(company.primary, crews, name=f"R{number}", effective_at=night + timedelta(days=1), now=night)
    caller = service_calling("read")
    caller.get("people/")

    with django_assert_num_queries(7):
        heard = caller.get(PATH)

    assert len(heard.body["results"]) == count


def test_versions_are_listed_and_one_to_come_is_taken_back(company, mia):
    path = f"rotations/{mia.post(PATH, body(company)).body['id']}/"
    edited = mia.patch(path, {"slots": [[{"person": company.bo.pk}]], "effective_at": "2026-11-30T08:00:00Z"}).body
    first, second = RotationVersion.objects.filter(rotation__name="Business hours").order_by("effective_at")

    listed = mia.get(path + "versions/")
    gone = mia.delete(f"{path}versions/{second.pk}/")
    refusal = mia.delete(f"{path}versions/{first.pk}/")

    now = mia.get(path).body
    assert listed.body["results"] == [now | {"version": first.pk, "versions": 2}, edited | {"version": second.pk}]
    assert (gone.status, now["versions"]) == (204, 1)
    assert problem(refusal) == {"status": 409, "code": "in_the_past", "errors": []}
    assert mia.delete(f"{path}versions/{second.pk}/").status == 404
    assert person_calling(company.ada).delete(f"{path}versions/{first.pk}/").status == 403
