"""Whatever people do and in whatever order, the ledger of roles stays true, and the timeline tells all of it."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from rotations import queries
from tests.factories.incidents import NIGHT
from tests.oncall.incidents.machine import RolesMachine, Scene

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
# By day the same runs every time, and what fails is shown as it came; at night others, and the shortest that fails.
BY_DAY = settings(max_examples=12, derandomize=True, phases=(Phase.generate,))
BY_NIGHT = settings(max_examples=2000)
STEPS = 50


# With commits, because only what is committed is remembered: the plans are read once, not at every step.
@pytest.mark.django_db(transaction=True)
def test_whatever_is_done_the_ledger_stays_true_and_the_timeline_tells_it():
    scene = Scene.made()
    list(queries.on_call(scene.schedules, at=NIGHT))

    run_state_machine_as_test(
        lambda: RolesMachine(scene),
        settings=settings(
            BY_NIGHT if NIGHTLY else BY_DAY,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
