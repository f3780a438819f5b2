"""Bad input is an error at its field, and nothing is written."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rotations.actors import Actor
from rotations.models import CalendarLink, Override, Person, Rotation, Schedule, Team
from rotations.services.people import deactivate_person
from tests.admin_forms import errors, messages, page_for, page_of, refused, send, signed_in, stored
from tests.factories.rotations import EARLY, administrator, override, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> Client:
    return signed_in(administrator())


def no_choice(value: str) -> str:
    verb = "is not one of the available choices."
    return f"Select a valid choice. {value} {verb}"


A_MOMENT = ["Write a date and a time, such as 2026-11-30T09:00."]
ROTATIONS: list[tuple[str, dict[str, str], dict[str, list[str]]]] = [
    ("nobody", {"order": ""}, {"order": ["This field is required."]}),
    ("holes alone", {"order": "—\n-"}, {"order": ["A rotation needs at least one member."]}),
    (
        "addresses of nobody",
        {"order": "ada@example.test\nzoe@example.test, yan@example.test"},
        {
            "order": [
                "Line 2: nobody has the e-mail address “zoe@example.test”.",
                "Line 2: nobody has the e-mail address “yan@example.test”.",
            ]
        },
    ),
    (
        "commas alone",
        {"order": "ada@example.test\n,"},
        {"order": ["Line 2: name somebody, or write a dash for nobody."]},
    ),
    (
        "somebody twice in a turn",
        {"order": "ada@example.test, ada@example.test (shadow)"},
        {"order": ["This person is in the slot already."]},
    ),
    ("somebody deactivated", {"order": "gone@example.test"}, {"order": ["Gone is deactivated."]}),
    ("no zone of this world", {"zone": "Mars/Olympus"}, {"zone": [no_choice("Mars/Olympus")]}),
    ("a turn of nothing", {"every": "0"}, {"every": ["Ensure this value is greater than or equal to 1."]}),
    ("too long a turn", {"every": "1001"}, {"every": ["Ensure this value is less than or equal to 1000."]}),
    ("fortnights", {"unit": "fortnight"}, {"unit": [no_choice("fortnight")]}),
    ("a handoff that is no moment", {"anchor": "next Monday"}, {"anchor": A_MOMENT}),
    ("a handoff with an offset", {"anchor": "2026-01-05T09:00+02:00"}, {"anchor": A_MOMENT}),
    ("a handoff before computers", {"anchor": "1492-10-12T09:00"}, {"anchor": ["Choose a year from 1970 to 2099."]}),
    ("a handoff in year nought", {"anchor": "0000-10-12T09:00"}, {"anchor": A_MOMENT}),
    (
        "an end before the start",
        {"ends_at": "2020-01-01T00:00"},
        {"ends_at": ["The rotation would end before it begins."]},
    ),
    (
        "an end beyond all calendars",
        {"ends_at": "9999-12-31T23:59", "zone": "America/New_York"},
        {"ends_at": ["Choose a year from 1970 to 2099."]},
    ),
    ("layer nought", {"layer": "0"}, {"layer": ["Layers start at 1."]}),
    (
        "hours that cannot be read",
        {"hours": "mon-fri 09:00-17:00\nweekdays"},
        {"hours": ["Line 2: “weekdays” is not of the form “mon-fri 09:00-17:00”."]},
    ),
    (
        "hours past midnight",
        {"hours": "mon 09:00-25:00"},
        {"hours": ["Line 1: “mon 09:00-25:00” is not of the form “mon-fri 09:00-17:00”."]},
    ),
    ("no name", {"name": " "}, {"name": ["This field is required."]}),
    ("a schedule that is not there", {"schedule": "99999"}, {"schedule": [no_choice("That choice")]}),
]


def test_a_rotation_is_refused_at_the_field_and_nothing_is_written(root):
    person("Ada")
    deactivate_person(person("Gone"), by=Actor.system(), now=EARLY)
    address = f"{page_for(Rotation)}?schedule={schedule().pk}"
    before = stored()

    found = refused(root, address, {case: given for case, given, _ in ROTATIONS}, order="ada@example.test")

    assert found == {case: expected for case, _, expected in ROTATIONS}
    assert stored() == before


def test_an_edit_that_would_apply_in_the_past_is_refused_at_its_field(root):
    rotation = weekly_rotation(schedule(), [person()])
    before = stored()

    answer = send(root, page_of(rotation), name="Renamed", effective_at="2025-01-06T09:00")

    assert list(errors(answer)) == ["effective_at"]
    assert stored() == before


def day(number: int) -> str:
    return (timezone.now() + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M")


NEEDS = (
    "Replace needs who takes over; add only who is added; remove only who is taken out; "
    "silence nobody, and the whole schedule."
)
OVERRIDES: list[tuple[str, dict[str, str], dict[str, list[str]]]] = [
    ("an end before the start", {"start": day(2), "end": day(1)}, {"end": ["The end must be after the start."]}),
    ("an end at the start", {"start": day(2), "end": day(2)}, {"end": ["The end must be after the start."]}),
    (
        "over by now",
        {"start": day(-2), "end": day(-1)},
        {"end": ["An override that is over by now would change nothing."]},
    ),
    ("nobody to take over", {"person": ""}, {"kind": [NEEDS]}),
    ("a silence with somebody", {"kind": "silence"}, {"kind": [NEEDS]}),
    ("no end", {"end": ""}, {"end": ["This field is required."]}),
    ("no moment", {"start": "soon"}, {"start": A_MOMENT}),
    ("no kind of override", {"kind": "banana"}, {"kind": [no_choice("banana")]}),
    ("no person", {"person": "ada"}, {"person": [no_choice("That choice")]}),
]


def test_an_override_is_refused_at_the_field_and_nothing_is_written(root):
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    weekly_rotation(primary, [ada])
    before = stored()
    address = f"{page_for(Override)}?schedule={primary.pk}"
    usual = {"replaces": ada.pk, "person": bo.pk, "start": day(1), "end": day(2)}

    found = refused(root, address, {case: given for case, given, _ in OVERRIDES}, **usual)
    themselves = send(root, address, **{**usual, "person": ada.pk})

    assert found == {case: expected for case, _, expected in OVERRIDES}
    assert errors(themselves) == {"replaces": ["A person cannot replace themselves."]}
    assert stored() == before


def test_a_person_without_a_usable_address_or_password_is_refused(root):
    person("Ada")
    before = stored()
    cases = {
        "taken": {"email": "ADA@example.test"},
        "malformed": {"email": "bo"},
        "simple": {"password": "12345678"},
        "zoneless": {"zone": "Nowhere"},
        "misidentified": {"external_ids": '{"pagerduty": 7}'},
    }

    found = refused(root, page_for(Person), cases, name="Bo", email="bo@example.test")

    assert found == {
        "taken": {"email": ["Somebody with this e-mail address exists already."]},
        "malformed": {"email": ["Enter a valid email address."]},
        "simple": {"password": ["This password is too common.", "This password is entirely numeric."]},
        "zoneless": {"zone": [no_choice("Nowhere")]},
        "misidentified": {"external_ids": ['Write pairs such as {"pagerduty": "PUSER01"}.']},
    }
    assert stored() == before


def test_the_last_administrator_stays_one(root):
    last = Person.objects.get()
    before = stored()

    demoted = send(root, page_of(last), is_superuser=None)
    deactivated = root.post(page_of(last, "deactivate"))

    assert errors(demoted) == {"is_superuser": ["Root is the only administrator; make another one first."]}
    assert messages(root, deactivated) == ["Root: Root is the only administrator; make another one first."]
    assert stored() == before


def test_a_schedule_with_a_slug_that_is_taken_is_refused(root):
    primary = schedule("payments-primary")
    before = stored()

    answer = send(root, page_for(Schedule), name="Again", slug="payments-primary", team=primary.team.pk)

    assert errors(answer) == {"slug": ["Schedule with this Slug already exists."]}
    assert stored() == before


def test_a_team_that_takes_somebody_twice_is_refused_as_a_whole(root):
    ada = person("Ada")
    before = stored()

    answer = send(
        root,
        page_for(Team),
        name="Payments",
        slug="payments",
        **{"memberships-0-person": ada.pk, "memberships-1-person": ada.pk},
    )

    formset = answer.context["inline_admin_formsets"][0].formset
    assert formset.non_form_errors() == ["Please correct the duplicate values below."] or formset.errors != [{}, {}]
    assert stored() == before


def test_a_calendar_link_is_about_one_schedule_or_one_person(root):
    primary, ada = schedule(), person("Ada")
    before = stored()

    neither = send(root, page_for(CalendarLink))
    both = send(root, page_for(CalendarLink), schedule=primary.pk, person=ada.pk)

    assert [errors(neither), errors(both)] == [{"__all__": ["Choose one: a schedule, a team or a person."]}] * 2
    assert stored() == before


def test_a_verb_that_is_refused_says_why_and_changes_nothing(root):
    primary = schedule()
    over = override(primary, EARLY + timedelta(days=1), timedelta(days=1), kind="add", person=person())
    before = stored()

    answer = root.post(page_of(over, "end"))

    said = root.get(answer.headers["Location"]).context["messages"]
    assert [str(message) for message in said] == [f"{over}: This override is over, and what happened stays."]
    assert stored() == before
