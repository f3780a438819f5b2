"""Whatever people do and in whatever order, the ledger of roles stays true, and the timeline tells all of it."""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from rotations import queries
from tests.factories.incidents import NIGHT
from tests.oncall.incidents.machine import RolesMachine, Scene

pytestmark = pytest.mark.long

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
# By day the same runs every time, and what fails is shown as it came; at night others, and the shortest that fails.
BY_DAY = settings(max_examples=6, derandomize=True, phases=(Phase.generate,))
BY_NIGHT = settings(max_examples=2000)
STEPS = 50


# What is never done proves nothing; in the few runs of the day some of it may not come up.
VERBS = {
    *("join", "leave", "accept", "decline", "take", "assign", "release", "edit", "acknowledge", "mitigate"),
    *("offer_handoff", "accept_handoff", "decline_handoff", "cancel_handoff", "resolve", "reopen", "merge", "declare"),
    *("expire_due_offers", "expire_due_handoffs", "announce_due_changes", "suggest_due_relief", "nag_due_seats"),
    *("change_status", "ask_person", "ask_on_call", "ask_next_on_call", "add_override", "add_absence"),
    *("deactivate_person", "reactivate_person", "archive_role", "restore_role"),
}
# What nobody does, people are told of.
FACTS = {
    *("acting", "offer_expired", "nagged", "managers_called", "shift_changed", "relief_suggested"),
    *("handoff_expired", "handoff_escalated", "suggestion", "may_release", "help_declined", "merged_in"),
    *("role_archived", "role_restored", "seen", "status_changed", "deactivated"),
}


# With commits, because only what is committed is remembered: the plans are read once, not at every step.
@pytest.mark.django_db(transaction=True)
def test_whatever_is_done_the_ledger_stays_true_and_the_timeline_tells_it():
    scene, outcomes = Scene.made(), Counter[str]()
    list(queries.on_call(scene.schedules, at=NIGHT))

    run_state_machine_as_test(
        lambda: RolesMachine(scene, outcomes),  # type: ignore[arg-type]  # it is called, and no more
        settings=settings(
            BY_NIGHT if NIGHTLY else BY_DAY,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    for outcome, times in sorted(outcomes.items()):
        print(f"{times:6} {outcome}")  # noqa: T201 - shown with -s, and where the test failed
    missing = {verb for verb in VERBS if not outcomes[f"{verb}: done"]}
    missing |= {fact for fact in FACTS if not outcomes[f"told: {fact}"]}
    assert not (NIGHTLY and missing), missing
