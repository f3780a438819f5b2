"""What does somebody want to hear?"""

import pytest

from oncall.notices.models import Preference
from tests.api.callers import Caller, person_calling, problem, service_calling
from tests.factories.rotations import person

pytestmark = pytest.mark.django_db

MINE = "people/me/notices/"


@pytest.fixture
def ada():
    return person_calling(person("Ada"))


def test_whoever_chose_nothing_hears_everything_and_changes_it(ada):
    before = ada.get(MINE)
    changed = ada.patch(MINE, {"muted": ["swaps"]}, If_Match=before.headers["ETag"])

    assert before.body == {"muted": [], "reminders": [1440, 60]}
    assert changed.body == {"muted": ["swaps"], "reminders": [1440, 60]}
    assert ada.patch(MINE, {"reminders": []}).body == {"muted": ["swaps"], "reminders": []}
    assert ada.get(MINE).body == {"muted": ["swaps"], "reminders": []}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"muted": ["asked"]}, [("/muted/0", "invalid_choice")]),
        ({"muted": "swaps"}, [("/muted", "not_a_list")]),
        ({"reminders": [60, 4, "soon"]}, [("/reminders/1", "min_value"), ("/reminders/2", "invalid")]),
        ({"reminders": [60, 60]}, [("/reminders", "invalid")]),
        ({"reminders": [10, 20, 30, 40, 50, 60]}, [("/reminders", "max_length")]),
        ({"sms": True}, [("/sms", "unknown_field")]),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(body, errors, ada):
    assert problem(ada.patch(MINE, body)) == {"status": 400, "code": "invalid", "errors": errors}
    assert not Preference.objects.exists()


def test_an_older_version_is_not_written_over(ada):
    older = ada.get(MINE).headers["ETag"]
    ada.patch(MINE, {"muted": ["lead"]})

    assert problem(ada.patch(MINE, {"muted": []}, If_Match=older))["code"] == "stale_version"
    assert ada.get(MINE).body["muted"] == ["lead"]


def test_a_service_is_nobody_and_a_stranger_is_not_let_in():
    service = service_calling("schedules")

    assert (service.get(MINE).status, service.patch(MINE, {"muted": []}).status) == (404, 404)
    assert Caller().get(MINE).status == 401
    assert person_calling(person("Bo"), "read").patch(MINE, {"muted": []}).status == 403
