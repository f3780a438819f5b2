"""Which plans does this process remember? Each by its schedule's revision, so that none is ever out of date."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Final, NamedTuple

from django.db import transaction

from rotations.engine.intervals import Interval
from rotations.engine.terms import Plan
from rotations.models import Schedule
from rotations.queries.carried import Carried, carried_into
from rotations.queries.now import OnCallNow, on_call_now
from rotations.queries.plans import plans_of, schedules_with_rows

# How many schedules are remembered, and how often a plan is read again because its schedule changed meanwhile.
MOST_REMEMBERED: Final = 2000
ATTEMPTS: Final = 3


class Compiled:
    """The plan of one schedule at one revision, and the latest answer that was given from it.

    ``carried`` are the shifts that were recorded when this plan came into force and went on in it.
    """

    def __init__(self, schedule_id: int, revision: int, plan: Plan, carried: Carried | None = None) -> None:
        self.schedule_id: Final = schedule_id
        self.revision: Final = revision
        self.plan: Final = plan
        self._carried: Final = carried
        self._latest: tuple[datetime, OnCallNow] | None = None

    def on_call_at(self, moment: datetime) -> OnCallNow:
        """Return who is on call at ``moment``; asked again before anything changes, it costs a comparison."""
        latest = self._latest
        if latest is not None and latest[0] <= moment < latest[1].valid_until:
            return latest[1]
        answer = on_call_now(self.plan, moment)
        if self._carried is not None:
            answer = self._carried.begin_as_recorded(answer)
        self._latest = (moment, answer)
        return answer


class Known(NamedTuple):
    """The plan of a schedule and, read in the same instant, the span of its past that is recorded, if any."""

    compiled: Compiled
    recorded: Interval | None


class _Mark(NamedTuple):
    revision: int
    recorded_from: datetime | None
    recorded_until: datetime | None

    @property
    def recorded(self) -> Interval | None:
        if self.recorded_from is None or self.recorded_until is None or self.recorded_from == self.recorded_until:
            return None
        return Interval(self.recorded_from, self.recorded_until)


_remembered: dict[int, Compiled] = {}
_lock: Final = Lock()


def known(ids: Iterable[int]) -> dict[int, Known]:
    """Return the plan of each schedule as it is now; one query where all are remembered, else a fixed number.

    A schedule may change while its rows are read: then its revision has moved, and they are read again. One that
    moves every time is read while its row is held.
    """
    marks = _marks(ids)
    found = {pk: Known(_remembered[pk], mark.recorded) for pk, mark in marks.items() if _is_remembered(pk, mark)}
    missing = marks.keys() - found.keys()
    for _ in range(ATTEMPTS):
        if not missing:
            return found
        read = _read(missing)
        marks = _marks(missing)
        settled = {pk: entry for pk, entry in read.items() if entry.revision == marks[pk].revision}
        _remember_on_commit(settled)
        found |= {pk: Known(entry, marks[pk].recorded) for pk, entry in settled.items()}
        missing -= settled.keys()
    return found | _read_held(missing) if missing else found


def compiled(ids: Iterable[int]) -> dict[int, Compiled]:
    """Return the plan of each schedule as it is now, as ``known`` does."""
    return {pk: each.compiled for pk, each in known(ids).items()}


def plan_of(schedule: Schedule) -> Plan:
    """Return the plan of one schedule as it is now."""
    return compiled([schedule.pk])[schedule.pk].plan


def plan_of_held(schedule: Schedule) -> Plan:
    """Return the plan of a schedule whose row this transaction holds, so that nobody changes it while it is read."""
    entry = _remembered.get(schedule.pk)
    if entry is None or entry.revision != schedule.revision:
        entry = _read([schedule.pk])[schedule.pk]
        _remember_on_commit({schedule.pk: entry})
    return entry.plan


def forget() -> None:
    """Forget every plan; they are read again when they are asked for."""
    with _lock:
        _remembered.clear()


def _is_remembered(pk: int, mark: _Mark) -> bool:
    entry = _remembered.get(pk)
    return entry is not None and entry.revision == mark.revision


def _marks(ids: Iterable[int]) -> dict[int, _Mark]:
    rows = Schedule.objects.filter(pk__in=ids).order_by("pk")
    found = rows.values_list("pk", "revision", "recorded_from", "recorded_until")
    return {pk: _Mark(revision, begins, ends) for pk, revision, begins, ends in found}


def _read(ids: Iterable[int]) -> dict[int, Compiled]:
    schedules = schedules_with_rows(ids)
    plans, carried = plans_of(schedules), carried_into(schedules)
    return {row.pk: Compiled(row.pk, row.revision, plans[row.pk], carried.get(row.pk)) for row in schedules}


@transaction.atomic
def _read_held(ids: Iterable[int]) -> dict[int, Known]:
    list(Schedule.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    marks = _marks(ids)
    return {pk: Known(entry, marks[pk].recorded) for pk, entry in _read(ids).items()}


def _remember_on_commit(entries: Mapping[int, Compiled]) -> None:
    # On commit, because this transaction may have made the revision itself and may yet take it back: then another one
    # would bear the same number.
    transaction.on_commit(partial(_remember, entries))


def _remember(entries: Mapping[int, Compiled]) -> None:
    with _lock:
        for pk, entry in entries.items():
            _remembered.pop(pk, None)
            _remembered[pk] = entry
        while len(_remembered) > MOST_REMEMBERED:
            del _remembered[next(iter(_remembered))]
