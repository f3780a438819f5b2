"""Does an answer say when nobody follows?"""

from datetime import UTC, datetime, timedelta

import pytest

from rotations.queries import on_call
from rotations.queries.on_call import OnCall
from tests.factories.rotations import hours, override, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2024, 1, 2, 12, tzinfo=UTC)
NEXT_HANDOFF = datetime(2024, 1, 8, 9, tzinfo=UTC)


def changes_at(answer: OnCall) -> datetime | None:
    return answer.next.at if answer.next else None


def test_an_unbroken_rotation_foretells_neither_gap_nor_silence():
    payments = schedule()
    weekly_rotation(payments, [person("Ada"), person("Bo")])

    [answer] = on_call([payments], at=TUESDAY)

    assert (changes_at(answer), answer.gap_at, answer.silence_at) == (NEXT_HANDOFF, None, None)


def test_two_turns_of_one_person_are_no_gap():
    payments, ada = schedule(), person("Ada")
    weekly_rotation(payments, [ada])

    [answer] = on_call([payments], at=TUESDAY)

    assert (answer.people[0].until, answer.next, answer.gap_at) == (NEXT_HANDOFF, None, None)


def test_office_hours_foretell_the_gap_of_the_evening():
    payments, ada = schedule(), person("Ada")
    weekly_rotation(payments, [ada], windows=[hours("09:00", "17:00")])

    [answer] = on_call([payments], at=TUESDAY)

    assert answer.gap_at == datetime(2024, 1, 2, 17, tzinfo=UTC)
    assert changes_at(answer) == datetime(2024, 1, 3, 9, tzinfo=UTC)


def test_planned_silence_is_foretold_as_such():
    payments, night = schedule(), datetime(2024, 1, 3, 1, tzinfo=UTC)
    weekly_rotation(payments, [person("Ada")])
    override(payments, night, timedelta(hours=3), kind="silence")

    [answer] = on_call([payments], at=TUESDAY)

    assert (answer.gap_at, answer.silence_at, changes_at(answer)) == (None, night, night + timedelta(hours=3))
