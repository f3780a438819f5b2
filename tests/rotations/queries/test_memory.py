"""Plans are remembered by revision: cheap to ask again, never out of date."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from rotations.actors import Actor
from rotations.errors import Refusal
from rotations.models import Schedule
from rotations.queries import forget, memory, on_call
from rotations.queries.plans import schedules_with_rows
from rotations.services.overrides import end_override
from rotations.services.people import deactivate_person, edit_person
from rotations.services.rotations import edit_rotation
from rotations.services.schedules import edit_schedule
from rotations.signals import person_deactivated
from tests.factories.rotations import draft, override, person, schedule, weekly_rotation

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SYSTEM = Actor.system()

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    forget()
    yield
    forget()


def names(of: Schedule, at: datetime = NOW) -> list[str]:
    return [entry.person.name for entry in on_call([of], at=at)[0].people]


def elsewhere(act) -> None:
    """Do it in another thread, on a connection of its own, and wait until it is done."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def queries_of(act) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_asked_again_it_reads_the_revisions_and_the_people():
    schedules = [schedule(f"s{number}") for number in range(3)]
    for each in schedules:
        weekly_rotation(each, [person(f"Ada{each.slug}")])
    on_call(schedules, at=NOW)

    assert queries_of(lambda: on_call(schedules, at=NOW)) == 2
    assert queries_of(lambda: on_call(schedules[:1], at=NOW + 400 * HOUR)) == 2


def test_every_write_elsewhere_is_seen_at_once():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    rotation = weekly_rotation(primary, [ada])
    assert names(primary) == ["Ada"]

    elsewhere(lambda: override(primary, NOW, HOUR, person=bo, replaces=ada, now=NOW))
    assert names(primary) == ["Bo"]

    elsewhere(lambda: edit_person(bo, name="Bo Lind", by=SYSTEM, now=NOW))
    assert names(primary) == ["Bo Lind"]

    elsewhere(lambda: deactivate_person(bo, by=SYSTEM, now=NOW))
    assert names(primary) == ["Ada"]

    elsewhere(lambda: edit_rotation(rotation, draft=draft([person("Cy")]), by=SYSTEM, now=NOW))
    assert names(primary) == ["Cy"]


def test_what_is_believed_ends_with_the_answer():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")])
    handoff = datetime(2024, 1, 15, 9, tzinfo=UTC)

    moments = (handoff - HOUR, handoff - timedelta(microseconds=1), handoff, handoff - HOUR)

    assert [names(primary, at) for at in moments] == [["Bo"], ["Bo"], ["Ada"], ["Bo"]]


def test_a_revision_that_is_taken_back_is_not_remembered():
    primary, ada, bo, cy = schedule(), person("Ada"), person("Bo"), person("Cy")
    weekly_rotation(primary, [ada])
    assert names(primary) == ["Ada"]

    with transaction.atomic():
        override(primary, NOW, HOUR, person=bo, replaces=ada, now=NOW)
        assert names(primary) == ["Bo"]
        transaction.set_rollback(True)
    override(primary, NOW, HOUR, person=cy, replaces=ada, now=NOW)

    assert Schedule.objects.get().revision == 3
    assert names(primary) == ["Cy"]


def test_a_schedule_that_changes_while_it_is_read_is_read_again(monkeypatch: pytest.MonkeyPatch):
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [ada])
    reads: list[object] = []

    def read_while_it_changes(ids):
        rows = schedules_with_rows(ids)
        reads.append(len(rows))
        if len(reads) == 1:
            elsewhere(lambda: override(primary, NOW, HOUR, person=bo, replaces=ada, now=NOW))
        return rows

    monkeypatch.setattr("rotations.queries.memory.schedules_with_rows", read_while_it_changes)

    assert names(primary) == ["Bo"]
    assert reads == [1, 1]


def test_a_schedule_that_never_rests_is_read_while_it_is_held(monkeypatch: pytest.MonkeyPatch):
    primary = schedule()
    weekly_rotation(primary, [person("Ada")])
    reads: list[object] = []

    def read_while_it_changes(ids):
        rows = schedules_with_rows(ids)
        reads.append(connection.in_atomic_block)
        if not connection.in_atomic_block:
            elsewhere(lambda: edit_schedule(primary, name=f"Number {len(reads)}", by=SYSTEM, now=NOW))
        return rows

    monkeypatch.setattr("rotations.queries.memory.schedules_with_rows", read_while_it_changes)

    assert names(primary) == ["Ada"]
    assert reads == [False, False, False, True]


def test_no_more_is_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "MOST_REMEMBERED", 2)
    schedules = [schedule(f"s{number}") for number in range(3)]

    on_call(schedules, at=NOW)

    assert list(memory._remembered) == [schedules[1].pk, schedules[2].pk]


@pytest.mark.postgres
def test_somebody_put_on_call_while_they_are_deactivated_waits_and_is_refused():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [ada])
    refusals: list[str] = []

    def put_on() -> None:
        try:
            override(primary, NOW, HOUR, kind="add", person=bo, now=NOW)
        except Refusal as refusal:
            refusals.append(refusal.code)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:

        def meanwhile(**_signal: object) -> None:
            # The schedules to tell have been found by now: one that is joined from here on would never learn of it.
            wait([pool.submit(put_on)], timeout=1)
            elsewhere(lambda: names(primary))

        person_deactivated.connect(meanwhile)
        try:
            deactivate_person(bo, by=SYSTEM, now=NOW)
        finally:
            person_deactivated.disconnect(meanwhile)

    assert refusals == ["person_deactivated"]
    assert names(primary) == ["Ada"]


@pytest.mark.postgres
def test_writes_to_one_schedule_queue_up_and_none_is_lost():
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada])
    before = Schedule.objects.get().revision

    def come_and_go() -> None:
        for _ in range(5):
            end_override(override(primary, NOW, HOUR, kind="add", person=ada, now=NOW), by=SYSTEM, now=NOW)

    _at_once(come_and_go, come_and_go, come_and_go)

    assert Schedule.objects.get().revision == before + 30


def _at_once(*acts) -> None:
    def run(act) -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(run, act) for act in acts]:
            done.result()
