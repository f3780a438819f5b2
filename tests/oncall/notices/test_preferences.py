"""What may somebody choose to hear, and what can they not lose?"""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from oncall.notices.models import Preference
from oncall.notices.queries import preference_of
from oncall.notices.services.preferences import choose_notices
from rotations.actors import Actor
from rotations.errors import Refusal
from tests.factories.incidents import NIGHT
from tests.factories.rotations import administrator

pytestmark = pytest.mark.django_db


def test_whoever_chose_nothing_hears_everything(ada):
    assert (preference_of(ada).muted, preference_of(ada).reminders) == ([], [1440, 60])
    assert not Preference.objects.exists()


def test_what_is_left_out_stays(ada):
    by_ada: dict[str, Any] = {"by": Actor.of_person(ada), "now": NIGHT}
    choose_notices(ada, muted=["swaps", "lead", "swaps"], **by_ada)
    choose_notices(ada, reminders=[30, 2880], **by_ada)

    assert (preference_of(ada).muted, preference_of(ada).reminders) == (["lead", "swaps"], [2880, 30])


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"muted": ["asked"]}, "muted"),
        ({"muted": ["weather"]}, "muted"),
        ({"reminders": [4]}, "reminders"),
        ({"reminders": [10081]}, "reminders"),
        ({"reminders": [60, 60]}, "reminders"),
        ({"reminders": [5, 6, 7, 8, 9, 10]}, "reminders"),
    ],
)
def test_a_question_that_waits_cannot_be_muted_and_reminders_are_bounded(chosen, field, ada):
    with pytest.raises(ValidationError) as refused:
        choose_notices(ada, **chosen, by=Actor.of_person(ada), now=NIGHT)

    assert {name: [one.code for one in errors] for name, errors in refused.value.error_dict.items()} == {
        field: ["invalid"]
    }
    assert not Preference.objects.exists()


def test_administrators_choose_for_others_and_nobody_else_does(ada, bo):
    choose_notices(ada, reminders=[], by=Actor.of_person(administrator("Root")), now=NIGHT)
    with pytest.raises(Refusal) as refused:
        choose_notices(ada, reminders=[60], by=Actor.of_person(bo), now=NIGHT)

    assert (refused.value.code, preference_of(ada).reminders) == ("not_permitted", [])
