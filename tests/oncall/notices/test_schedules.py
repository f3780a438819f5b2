"""Who hears of a schedule? Of shifts that change or come near, of swaps, and of trouble foreseen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oncall.notices.models import Event, Notice, Watch
from oncall.notices.services.announcing import announce
from oncall.notices.services.preferences import choose_notices
from oncall.notices.services.watching import look_at_due_schedules
from rotations.actors import Actor
from rotations.models import Rotation
from rotations.services.absences import add_absence, delete_absence
from rotations.services.duty import settle_due_schedules
from rotations.services.overrides import add_override, end_override
from rotations.services.people import deactivate_person
from rotations.services.rotations import add_rotation, edit_rotation
from rotations.services.schedules import add_schedule, archive_schedule
from rotations.services.swaps import TurnNumber, accept_swap, ask_swap, cancel_swap, decline_swap, take_shift
from rotations.services.warnings import review_due_schedules
from tests.factories.incidents import NIGHT
from tests.factories.rotations import administrator, draft, hours, person, schedule, team, weekly_rotation
from tests.oncall.notices.hearing import heard, minutes, nothing_waits, told
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
# ``NIGHT`` is a Friday; turns of the rotation below change on Mondays at 09:00.
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)


def look(at: datetime) -> None:
    look_at_due_schedules(now=at)


@pytest.fixture
def primary(ada, bo, payments) -> Rotation:
    """Ada and Bo in weekly turns: at ``NIGHT`` Ada is on, from Monday Bo. Everybody knows."""
    rotation = weekly_rotation(schedule("payments-primary", of=payments), [ada, bo])
    nothing_waits()
    look(NIGHT)
    rotation.schedule.refresh_from_db()
    return rotation


def turn_of(rotation: Rotation, at: datetime) -> int:
    return (at - datetime(2024, 1, 1, 9, tzinfo=UTC)) // WEEK


def test_a_schedule_of_more_than_a_day_ago_is_watched_without_a_word(ada, bo, payments):
    primary = weekly_rotation(schedule("payments-primary", of=payments), [ada, bo])
    while announce(now=NIGHT):
        pass

    watch = Watch.objects.get()

    assert (Notice.objects.count(), Event.objects.count()) == (0, 0)
    assert (watch.schedule, watch.on_call, watch.looked_at) == (primary.schedule, [ada.pk], NIGHT)
    # Renewed after a day, which is before the first of Bo's reminders.
    assert watch.due_at == NIGHT + DAY


def test_an_override_is_told_to_who_gains_and_who_loses_by_it(primary, ada, cy, mia):
    add_override(
        primary.schedule,
        kind="replace",
        start=minutes(60),
        end=minutes(180),
        person=cy,
        replaces=ada,
        by=Actor.of_person(mia),
        now=NIGHT,
    )

    assert heard() == [
        "Ada shifts_changed: Your shifts in Payments primary changed",
        "Cy shifts_changed: Your shifts in Payments primary changed",
    ]
    assert Notice.objects.get(person=ada).text.split("\n\n") == [
        "No longer on call: Fri 20 Nov, 04:00 to 06:00 UTC",
        "Mia, Fri 20 Nov, 03:00 UTC: Cy instead of Ada, Fri 20 Nov, 04:00 UTC to Fri 20 Nov, 06:00 UTC",
    ]


def test_nobody_hears_of_shifts_that_they_changed_themselves(primary, ada, bo):
    by_bo: dict[str, Any] = {"by": Actor.of_person(bo), "now": NIGHT}
    override = add_override(
        primary.schedule, kind="replace", start=minutes(60), end=minutes(90), person=bo, replaces=ada, **by_bo
    )
    assert told() == {("Ada", "shifts_changed")}

    end_override(override, by=Actor.of_person(ada), now=minutes(1))

    assert told(at=minutes(1)) == {("Bo", "shifts_changed")}


def test_a_change_of_what_lies_beyond_two_weeks_or_changes_nobody_is_told_to_nobody(primary, ada, cy):
    far: dict[str, Any] = {"start": NIGHT + 15 * DAY, "end": NIGHT + 16 * DAY, "by": SYSTEM, "now": NIGHT}
    add_override(primary.schedule, kind="add", person=cy, **far)
    add_override(primary.schedule, kind="add", person=ada, start=minutes(1), end=minutes(2), by=SYSTEM, now=NIGHT)

    assert heard() == []


def test_an_edit_tells_whose_turns_moved(primary, ada, bo, cy):
    edit_rotation(primary, draft=draft([ada, cy, bo]), by=SYSTEM, now=NIGHT)

    assert told() == {("Ada", "shifts_changed"), ("Bo", "shifts_changed"), ("Cy", "shifts_changed")}
    assert Notice.objects.get(person=cy).text.split("\n\n")[0] == (
        "You are on call: Mon 23 Nov, 09:00 to Mon 30 Nov, 09:00 UTC"
    )


def test_a_deactivation_tells_nobody_who_left_and_a_new_schedule_tells_who_is_in_it(primary, ada, bo, cy, payments):
    deactivate_person(ada, by=SYSTEM, now=NIGHT)
    assert heard() == []

    second = add_schedule(slug="second", name="Second", team=payments, by=SYSTEM, now=minutes(1))
    add_rotation(second, draft=draft([bo, cy]), by=SYSTEM, now=minutes(2))

    assert told(at=minutes(2)) == {("Bo", "shifts_changed"), ("Cy", "shifts_changed")}


def test_what_was_changed_more_than_a_day_ago_is_taken_note_of_and_told_to_nobody(primary, ada, bo):
    add_override(primary.schedule, kind="remove", start=minutes(1), end=MONDAY, replaces=ada, by=SYSTEM, now=NIGHT)

    assert heard(at=NIGHT + DAY + timedelta(minutes=1)) == []
    assert str(ada.pk) not in {
        who for who, spells in Watch.objects.get().known.items() if spells[0][0] < MONDAY.isoformat()
    }


def test_looking_again_says_nothing_of_an_edit_before_its_fact_is_announced(primary, ada, cy):
    add_override(
        primary.schedule,
        kind="replace",
        start=minutes(60),
        end=minutes(90),
        person=cy,
        replaces=ada,
        by=SYSTEM,
        now=NIGHT,
    )
    with arranging():
        Watch.objects.update(due_at=NIGHT)

    look(minutes(1))

    assert told(at=minutes(2)) == {("Ada", "shifts_changed"), ("Cy", "shifts_changed")}


def test_a_day_and_an_hour_before_a_shift_its_person_is_reminded_once(primary):
    counts = []
    for hours_before in (24.1, 24, 5, 1):
        for _ in range(2):
            look(MONDAY - timedelta(hours=hours_before))
        counts.append(Notice.objects.count())

    assert counts == [0, 1, 1, 2]
    last = Notice.objects.latest("id")
    assert (str(last), last.kind, last.path, last.expires_at) == (
        "You are on call in 1 h: Payments primary",
        "shift_soon",
        "/schedules/payments-primary/",
        MONDAY,
    )
    assert last.text == "Your shift in Payments primary: Mon 23 Nov, 10:00 to Mon 30 Nov, 10:00 CET."


def test_a_worker_that_was_away_reminds_once_of_what_is_still_to_come(primary):
    look(MONDAY - timedelta(minutes=20))

    assert [str(one) for one in Notice.objects.all()] == ["You are on call in 20 min: Payments primary"]
    look(MONDAY + timedelta(minutes=1))
    assert Notice.objects.count() == 1


def test_everybody_chooses_how_long_before_they_are_reminded(primary, bo):
    choose_notices(bo, reminders=[30, 4320], by=Actor.of_person(bo), now=NIGHT)
    look(NIGHT)

    look(MONDAY - timedelta(hours=72))
    look(MONDAY - timedelta(minutes=30))

    assert [str(one) for one in Notice.objects.order_by("id")] == [
        "You are on call in 3 days: Payments primary",
        "You are on call in 30 min: Payments primary",
    ]


def test_turns_of_one_person_that_touch_are_one_shift(ada):
    weekly_rotation(schedule(), [ada])
    nothing_waits()
    look(NIGHT)

    look(MONDAY - timedelta(hours=1))

    assert not Notice.objects.exists()


def test_a_swap_is_asked_and_accepted(primary, ada, bo):
    swap = ask_swap(
        primary,
        ordinal=turn_of(primary, MONDAY),
        replaces=bo,
        person=ada,
        reason="dentist",
        by=Actor.of_person(bo),
        now=NIGHT,
    )
    assert heard() == ["Ada swap_asked: Can you take over from Bo in Payments primary?"]
    notice = Notice.objects.get()
    assert (notice.text.split("\n\n"), notice.path) == (
        [
            "Bo asks you to take over in Payments primary, Primary: Mon 23 Nov, 09:00 to Mon 30 Nov, 09:00 UTC.",
            "Why: dentist",
        ],
        "/me/",
    )

    accept_swap(swap, person=ada, by=Actor.of_person(ada), now=minutes(1))

    # One notice, not another that Bo's shifts changed.
    assert heard() == ["Bo swap_answered: Ada accepted a swap in Payments primary"]


def test_the_whole_team_is_asked_and_a_decline_or_a_withdrawal_is_told(primary, ada, bo):
    asked: dict[str, Any] = {
        "ordinal": turn_of(primary, MONDAY),
        "replaces": bo,
        "by": Actor.of_person(bo),
        "now": NIGHT,
    }
    ask_swap(primary, person=None, **asked)
    assert told() == {("Ada", "swap_asked"), ("Mia", "swap_asked")}

    swap = ask_swap(primary, person=ada, **asked)
    nothing_waits()
    decline_swap(swap, person=ada, by=Actor.of_person(ada), now=minutes(1))
    assert heard() == ["Bo swap_answered: Ada declined a swap in Payments primary"]

    swap = ask_swap(primary, person=ada, **asked)
    cancel_swap(swap, by=Actor.of_person(bo), now=minutes(2))
    assert heard(at=minutes(2)) == ["Ada swap_answered: Bo took back a swap in Payments primary"]


def test_an_exchange_is_asked_once(primary, ada, bo):
    turn = turn_of(primary, MONDAY)
    ask_swap(
        primary,
        ordinal=turn,
        replaces=bo,
        person=ada,
        exchange=TurnNumber(primary, turn + 1),
        by=Actor.of_person(bo),
        now=NIGHT,
    )

    assert heard() == ["Ada swap_asked: Can you take over from Bo in Payments primary?"]
    assert "In return Bo takes yours: Mon 30 Nov, 09:00 to Mon 7 Dec, 09:00 UTC." in Notice.objects.get().text


def test_a_shift_that_was_taken_is_told_to_whose_it_was(primary, ada, bo):
    take_shift(primary, ordinal=turn_of(primary, MONDAY), replaces=bo, person=ada, by=Actor.of_person(ada), now=NIGHT)

    assert heard() == ["Bo shifts_changed: Your shifts in Payments primary changed"]


def test_a_swap_that_no_longer_fits_is_told_to_both_and_to_the_managers(primary, ada, bo, cy):
    swap = ask_swap(
        primary, ordinal=turn_of(primary, MONDAY), replaces=bo, person=ada, by=Actor.of_person(bo), now=NIGHT
    )
    accept_swap(swap, person=ada, by=Actor.of_person(ada), now=NIGHT)
    nothing_waits()

    edit_rotation(primary, draft=draft([ada, cy]), by=SYSTEM, now=minutes(1))
    review_due_schedules(now=minutes(1))

    lines = heard(at=minutes(1))
    assert {line for line in lines if "swap_flagged" in line} == {
        "Ada swap_flagged: A swap of yours in Payments primary wants another look",
        "Bo swap_flagged: A swap of yours in Payments primary wants another look",
    }
    assert ("Mia", "schedule_warning") in {(line.split()[0], line.split()[1].rstrip(":")) for line in lines}


def test_gaps_are_told_to_the_managers_in_one_notice(ada, payments):
    weekly_rotation(schedule("desk", of=payments), [ada], windows=[hours("09:00", "17:00", "mon")])
    nothing_waits()
    review_due_schedules(now=NIGHT)

    assert heard() == ["Mia schedule_warning: 5 warnings in Desk"]
    assert Notice.objects.get().text.split("\n\n")[0] == (
        "Fri 20 Nov, 03:00 to Mon 23 Nov, 09:00 UTC: Nobody is on call"
    )
    assert announce(now=minutes(1)) == 0


def test_whoever_is_on_call_and_away_hears_it_with_the_managers(primary, bo):
    add_absence(bo, start=MONDAY, end=MONDAY + DAY, by=Actor.of_person(bo), now=NIGHT)
    review_due_schedules(now=NIGHT)

    assert heard() == [
        "Mia schedule_warning: Bo is on call and away in Payments primary",
        "Bo schedule_warning: You are on call in Payments primary while you are away",
    ]


def test_trouble_that_is_over_before_it_is_told_is_not_told(primary, bo):
    absence = add_absence(bo, start=MONDAY, end=MONDAY + DAY, by=Actor.of_person(bo), now=NIGHT)
    review_due_schedules(now=NIGHT)
    delete_absence(absence, by=Actor.of_person(bo), now=minutes(1))
    review_due_schedules(now=minutes(1))

    assert heard(at=minutes(1)) == []


def test_where_a_team_has_no_manager_the_administrators_hear_of_its_gaps():
    administrator("Root")
    weekly_rotation(schedule(of=team("lone")), [None, person("Ada")])
    nothing_waits()
    review_due_schedules(now=NIGHT)

    assert {who for who, _ in told()} == {"Root"}


def test_an_archived_schedule_is_told_to_whose_shifts_end_and_watched_no_more(primary, ada, bo, mia):
    archive_schedule(primary.schedule, by=Actor.of_person(mia), now=NIGHT)

    assert told() == {("Ada", "shifts_changed"), ("Bo", "shifts_changed")}
    assert Watch.objects.get().due_at is None


def test_two_schedules_are_looked_at_in_order_and_a_batch_is_bounded(primary, cy):
    weekly_rotation(schedule("second"), [cy, None])
    nothing_waits()
    look(NIGHT)

    done = [look_at_due_schedules(now=MONDAY - DAY, limit=1) for _ in range(3)]

    assert done == [1, 1, 0]
    assert [str(one) for one in Notice.objects.all()] == ["You are on call in 24 h: Payments primary"]


def test_duty_is_recorded_or_not_and_the_same_is_said(primary):
    settle_due_schedules(now=MONDAY)
    look(MONDAY + timedelta(minutes=1))

    assert Watch.objects.get().on_call == [primary.versions.get().slots.last().members.get().person_id]
