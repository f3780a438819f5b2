"""What a calendar says becomes absences: changed in place, ended rather than deleted, and only where it differs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Conflict, Refusal
from rotations.incoming import Occurrence
from rotations.models import Absence, Person, Schedule, ScheduleChange
from rotations.queries import shifts_of
from rotations.queries.warnings import open_warnings
from rotations.services.absences import delete_absence, edit_absence
from rotations.services.read_absences import replace_absences
from rotations.services.schedules import edit_schedule
from rotations.services.warnings import review_warnings
from tests.factories.rotations import absence, absence_feed, accepted_swap, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def bo() -> Person:
    """Somebody who serves in the week of NOW, in a schedule that leaves out who is away."""
    bo = person("Bo")
    weekly_rotation(schedule(absence_policy="skip"), [person("Ada"), bo])
    return bo


@pytest.fixture
def feed(bo: Person) -> Any:
    return absence_feed(bo)


def day(number: int, length: int = 1, *, uid: str = "", recurrence: str = "") -> Occurrence:
    """An event of whole days in January 2024, in UTC, named by its first day."""
    start = datetime(2024, 1, number, tzinfo=UTC)
    return Occurrence(uid or f"{number}@x", recurrence, start, start + length * DAY)


def read(feed: Any, *events: Occurrence, now: datetime = NOW) -> None:
    replace_absences(feed, events, by=SYSTEM, now=now)


def away() -> list[tuple[datetime, datetime]]:
    return list(Absence.objects.order_by("start", "pk").values_list("start", "end"))


def at(number: int, hour: int = 0) -> datetime:
    return datetime(2024, 1, number, hour, tzinfo=UTC)


def facts() -> list[str]:
    return list(ScheduleChange.objects.filter(what="absences_read").order_by("id").values_list("summary", flat=True))


def test_what_a_calendar_says_is_an_absence_named_after_the_feed(bo, feed):
    read(feed, day(20), day(25, 3))

    rows = Absence.objects.order_by("start")
    assert [(row.person, row.start, row.end, row.reason, row.feed, row.uid) for row in rows] == [
        (bo, at(20), at(21), "Leave", feed, "20@x"),
        (bo, at(25), at(28), "Leave", feed, "25@x"),
    ]
    assert facts() == ["Leave of Bo: absences 2 added"]


def test_what_is_over_is_not_read_in_and_what_runs_begins_now(feed):
    read(feed, day(2), day(9), day(9, 3))

    assert away() == [(NOW, at(12))]


def test_it_takes_effect_from_now_on_and_changes_nothing_of_the_past(bo, feed):
    primary = Schedule.objects.get()

    read(feed, day(9, 3))

    shifts = shifts_of(primary, window=Interval(at(8, 9), at(15, 9))).shifts
    assert [(each.person, each.start, each.end) for each in shifts] == [(bo, at(8, 9), NOW), (bo, at(12), at(15, 9))]


def test_reading_the_same_again_writes_nothing(feed, django_assert_num_queries):
    read(feed, day(9, 3), day(20))
    before = (list(Absence.objects.values()), list(Schedule.objects.values()), ScheduleChange.objects.count())

    with django_assert_num_queries(1):
        read(feed, day(9, 3), day(20), now=NOW + HOUR)

    after = (list(Absence.objects.values()), list(Schedule.objects.values()), ScheduleChange.objects.count())
    assert after == before


def test_an_event_that_moves_is_the_same_absence_still(feed):
    read(feed, day(20))
    [row] = Absence.objects.all()
    revision = Schedule.objects.get().revision

    read(feed, day(22, 2, uid="20@x"))

    [moved] = Absence.objects.all()
    assert (moved.pk, moved.start, moved.end) == (row.pk, at(22), at(24))
    assert Schedule.objects.get().revision == revision + 1
    change = ScheduleChange.objects.latest("pk")
    told = {"absence": row.pk, "person": row.person_id, "reason": "Leave"}
    before = told | {"start": "2024-01-20T00:00:00+00:00", "end": "2024-01-21T00:00:00+00:00"}
    after = told | {"start": "2024-01-22T00:00:00+00:00", "end": "2024-01-24T00:00:00+00:00"}
    assert change.before == {"feed": feed.pk, "absences": [before]}
    assert change.after == {"feed": feed.pk, "absences": [after]}


def test_an_event_that_is_gone_is_removed_or_ended(feed):
    read(feed, day(9, 5), day(20), now=at(9))

    read(feed, now=NOW)

    assert away() == [(at(9), NOW)]
    assert facts()[-1] == "Leave of Bo: absences 1 ended, 1 removed"


@pytest.mark.parametrize(
    ("what", "event", "expected"),
    [
        ("it ends earlier", day(9, 3, uid="9@x"), [(at(9), at(12))]),
        ("it began earlier", day(7, 7, uid="9@x"), [(at(9), at(14))]),
        ("it began later, but before now", day(10, 4, uid="9@x"), [(at(9), at(14))]),
        ("it is over", day(8, 1, uid="9@x"), [(at(9), NOW)]),
        ("it was put off", day(20, 2, uid="9@x"), [(at(9), NOW), (at(20), at(22))]),
    ],
)
def test_of_an_absence_that_runs_only_the_rest_is_changed(feed, what, event, expected):
    read(feed, day(9, 5), now=at(9))

    read(feed, event)

    assert away() == expected


def test_an_event_whose_absence_is_over_may_come_again(feed):
    read(feed, day(9), now=at(9))

    read(feed, day(20, uid="9@x"), now=at(15))

    assert away() == [(at(9), at(10)), (at(20), at(21))]


def test_a_calendar_that_names_its_events_anew_each_time_changes_nothing(feed):
    read(feed, day(9, 5, uid="a"), day(20, uid="b"))
    before = (away(), Schedule.objects.get().revision, {*Absence.objects.values_list("pk", flat=True)})

    read(feed, day(9, 5, uid="c"), day(20, uid="d"), now=NOW + HOUR)

    assert (away(), Schedule.objects.get().revision, {*Absence.objects.values_list("pk", flat=True)}) == before
    assert list(Absence.objects.order_by("start").values_list("uid", flat=True)) == ["c", "d"]


def test_events_may_overlap_and_be_the_same(feed):
    read(feed, day(20), day(20, 3, uid="b"), day(20, uid="c"))

    assert away() == [(at(20), at(21)), (at(20), at(23)), (at(20), at(21))]


def test_recurrences_of_one_event_are_absences_of_their_own(feed):
    read(feed, day(20, uid="a", recurrence="20"), day(21, uid="a", recurrence="21"))

    read(feed, day(23, uid="a", recurrence="21"))

    assert away() == [(at(23), at(24))]


def test_what_was_entered_by_hand_and_other_feeds_are_left_alone(bo, feed):
    absence(bo, at(20), DAY, now=NOW)
    other = absence_feed(bo, name="Holidays")
    read(other, day(25))

    read(feed, day(20))
    read(feed)

    assert away() == [(at(20), at(21)), (at(25), at(26))]


def test_a_feed_with_another_name_gives_its_absences_that_name(feed):
    read(feed, day(20))
    feed.name = "Vacation"

    read(feed, day(20))

    assert Absence.objects.get().reason == "Vacation"


def test_an_absence_that_was_read_in_is_not_changed_by_hand(feed):
    read(feed, day(20))
    row = Absence.objects.get()

    for act in (
        lambda: edit_absence(row, reason="x", by=SYSTEM, now=NOW),
        lambda: delete_absence(row, by=SYSTEM, now=NOW),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert (type(refused.value), refused.value.code) == (Conflict, "from_feed")
    assert away() == [(at(20), at(21))]


def test_swaps_are_looked_at_again(bo, feed):
    primary = Schedule.objects.get()
    swap = accepted_swap(primary.rotations.get(), 3, bo, person("Cy"), now=NOW)

    read(feed, day(22, 8))
    swap.refresh_from_db()

    assert swap.flag == "not_theirs"


def test_a_clock_that_lags_does_not_reach_into_the_past(bo, feed):
    absence(bo, at(30), DAY, now=NOW)

    read(feed, day(9, 5), now=NOW - HOUR)

    assert away() == [(NOW, at(14)), (at(30), at(31))]


def test_many_absences_are_written_in_few_statements(feed, django_assert_max_num_queries):
    events = [day(11, uid=f"{n}") for n in range(300)]
    with django_assert_max_num_queries(30):
        read(feed, *events)

    assert Absence.objects.count() == 300


def test_who_is_on_call_on_days_that_were_read_in_is_warned_of(bo, feed):
    primary = Schedule.objects.get()
    edit_schedule(primary, absence_policy="flag", by=SYSTEM, now=NOW)

    read(feed, day(23))
    primary.refresh_from_db()
    review_warnings(primary, now=NOW)

    [warning] = open_warnings([primary], now=NOW)[primary.pk]
    assert (warning.kind, warning.person, warning.start, warning.end) == ("absent", bo, at(23), at(24))
