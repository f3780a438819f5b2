"""Which plans does this process remember? Each by its schedule's revision, so that none is ever out of date."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Final

from django.db import transaction

from rotations.engine.terms import Plan
from rotations.models import Schedule
from rotations.queries.now import OnCallNow, on_call_now
from rotations.queries.plans import plans_of, schedules_with_rows

# How many schedules are remembered, and how often a plan is read again because its schedule changed meanwhile.
MOST_REMEMBERED: Final = 2000
ATTEMPTS: Final = 3


class Compiled:
    """The plan of one schedule at one revision, and the latest answer that was given from it."""

    def __init__(self, schedule_id: int, revision: int, plan: Plan) -> None:
        self.schedule_id: Final = schedule_id
        self.revision: Final = revision
        self.plan: Final = plan
        self._latest: tuple[datetime, OnCallNow] | None = None

    def on_call_at(self, moment: datetime) -> OnCallNow:
        """Return who is on call at ``moment``; asked again before anything changes, it costs a comparison."""
        latest = self._latest
        if latest is not None and latest[0] <= moment < latest[1].valid_until:
            return latest[1]
        answer = on_call_now(self.plan, moment)
        self._latest = (moment, answer)
        return answer


_remembered: dict[int, Compiled] = {}
_lock: Final = Lock()


def compiled(ids: Iterable[int]) -> dict[int, Compiled]:
    """Return the plan of each schedule as it is now; one query where all are remembered, else a fixed number.

    A schedule may change while its rows are read: then its revision has moved, and they are read again. One that
    moves every time is read while its row is held.
    """
    revisions = _revisions(ids)
    found = {pk: _remembered[pk] for pk, revision in revisions.items() if _is_remembered(pk, revision)}
    missing = revisions.keys() - found.keys()
    for _ in range(ATTEMPTS):
        if not missing:
            return found
        read = _read(missing)
        revisions = _revisions(missing)
        settled = {pk: entry for pk, entry in read.items() if entry.revision == revisions[pk]}
        # On commit, because this transaction may have made the revision itself and may yet take it back: then another
        # one would bear the same number.
        transaction.on_commit(partial(_remember, settled))
        found |= settled
        missing -= settled.keys()
    return found | _read_held(missing) if missing else found


def plan_of(schedule: Schedule) -> Plan:
    """Return the plan of one schedule as it is now."""
    return compiled([schedule.pk])[schedule.pk].plan


def forget() -> None:
    """Forget every plan; they are read again when they are asked for."""
    with _lock:
        _remembered.clear()


def _is_remembered(pk: int, revision: int) -> bool:
    entry = _remembered.get(pk)
    return entry is not None and entry.revision == revision


def _revisions(ids: Iterable[int]) -> dict[int, int]:
    return dict(Schedule.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "revision"))


def _read(ids: Iterable[int]) -> dict[int, Compiled]:
    schedules = schedules_with_rows(ids)
    plans = plans_of(schedules)
    return {row.pk: Compiled(row.pk, row.revision, plans[row.pk]) for row in schedules}


@transaction.atomic
def _read_held(ids: Iterable[int]) -> dict[int, Compiled]:
    list(Schedule.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    return _read(ids)


def _remember(entries: Mapping[int, Compiled]) -> None:
    with _lock:
        for pk, entry in entries.items():
            _remembered.pop(pk, None)
            _remembered[pk] = entry
        while len(_remembered) > MOST_REMEMBERED:
            del _remembered[next(iter(_remembered))]
