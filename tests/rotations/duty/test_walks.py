"""Whatever is edited, what was answered before stays: random edits at increasing moments, and every answer again."""

import os

import pytest

from rotations.models import Schedule
from tests.rotations.duty.walks import Walk

# With commits, because only what is committed is remembered.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

WALKS = 300 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 3


@pytest.mark.parametrize("seed", range(WALKS))
def test_no_edit_changes_an_answer_of_before(seed: int):
    walk = Walk(seed)
    for _ in range(20):
        before = walk.answers(walk.now)
        moment = walk.now
        act = walk.step()
        assert walk.answers(moment) == before, f"after {act} at {walk.now}"
    assert Schedule.objects.get(pk=walk.schedule.pk).recorded_until is not None
