"""How does somebody choose what they are told, with scripts and without?"""

import pytest
from django.test import Client

from oncall.notices.queries import preference_of
from oncall.notices.services.preferences import choose_notices
from rotations.actors import Actor
from tests.factories.rotations import person
from tests.oncall.pages.conftest import NOW
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db

PAGE = "/me/notices/"


@pytest.fixture
def ada():
    return person("Ada")


def checked(response) -> dict[str, list[str]]:
    form = response.context["notices"]
    return {name: [str(one) for one in form[name].value()] for name in ("topics", "reminders")}


def test_whoever_chose_nothing_sees_everything_chosen(ada, signed_in):
    page = signed_in(ada).get(PAGE)

    assert checked(page) == {
        "topics": [
            "roles",
            "lead",
            "vacancies",
            "incidents",
            "shift_reminders",
            "shift_changes",
            "swaps",
            "schedule_warnings",
        ],
        "reminders": ["1440", "60"],
    }
    lines = lines_of(page, "notices")
    assert lines[:3] == ["What I am told", "E-mails and reminders", "Tell me by e-mail when to ada@example.test"]
    assert lines[3].startswith("You are asked to do something in an incident always What becomes of your roles")


def test_a_choice_is_kept_and_said(ada, signed_in):
    client = signed_in(ada)
    answer = client.post(PAGE, {"topics": ["swaps", "lead"], "reminders": ["30", "2880"]}, follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    assert lines_of(answer)[0] == "What you are told is changed."
    assert checked(answer) == {"topics": ["lead", "swaps"], "reminders": ["2880", "30"]}
    assert preference_of(ada).muted == [
        "incidents",
        "roles",
        "schedule_warnings",
        "shift_changes",
        "shift_reminders",
        "vacancies",
    ]


def test_with_scripts_the_part_comes_back_alone(ada, signed_in):
    client = signed_in(ada)
    part = client.post(PAGE, {"topics": ["swaps"]}, headers={"HX-Request": "true"})

    assert (part.status_code, part.headers["Oncall-Part"]) == (200, "notices")
    assert "<html" not in part.content.decode()
    assert "What you are told is changed." in lines_of(part, "notices")
    assert preference_of(ada).reminders == []


def test_from_ones_own_page_one_comes_back_there(ada, signed_in):
    mine = signed_in(ada).get("/me/")
    assert lines_of(mine, "notices")[0] == "What I am told"
    assert '<input type="hidden" name="page" value="me">' in mine.content.decode()

    answer = signed_in(ada).post(PAGE, {"topics": ["swaps"], "page": "me"})

    assert answer.headers["Location"] == "/me/#notices"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"reminders": ["15", "30", "60", "120", "240", "720"]}, "Write at most 5 different numbers of minutes"),
        ({"reminders": ["61"]}, "Select a valid choice"),
        ({"topics": ["asked"]}, "Select a valid choice"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(fields, error, ada, signed_in):
    answer = signed_in(ada).post(PAGE, fields)

    assert answer.status_code == 400
    assert error in " ".join(lines_of(answer, "notices"))
    assert preference_of(ada).pk is None


def test_what_was_chosen_elsewhere_is_offered_too(ada, signed_in):
    choose_notices(ada, reminders=[45], by=Actor.of_person(ada), now=NOW)

    page = signed_in(ada).get(PAGE)

    assert checked(page)["reminders"] == ["45"]
    assert "45 min" in " ".join(lines_of(page, "notices"))


def test_whoever_is_not_signed_in_is_sent_to_do_so():
    assert Client().get(PAGE).headers["Location"] == "/accounts/login/?next=/me/notices/"
