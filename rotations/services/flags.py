"""Does a swap still mean what was agreed, now that its rotation was edited? If not it is flagged, and never dropped."""

from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q

from rotations.actors import Actor
from rotations.engine import terms
from rotations.engine.held import holders, ordinal_at, turn_numbered
from rotations.engine.intervals import Interval, micros
from rotations.models import Schedule, Swap, SwapFlag, SwapState
from rotations.queries.memory import plan_of_held
from rotations.queries.swaps import agreed_span
from rotations.services.changes import record_change

STANDING = (SwapState.ASKED, SwapState.ACCEPTED)


def flag_swaps(schedule: Schedule, *, by: Actor, now: datetime) -> None:
    """Flag the swaps of the held ``schedule`` that no longer fit their turn, and take the flag from those that do.

    To be called after every write that moves turns or changes whose they are. Swaps that are over stay as they are.
    """
    standing = Swap.objects.filter(rotation__schedule=schedule, state__in=STANDING)
    if not standing.exists():
        return
    plan = plan_of_held(schedule)
    rotations = {rotation.id: rotation for rotation in plan.rotations}
    to_come = reduce(or_, (_from_now_on(rotation, now) for rotation in plan.rotations))
    for swap in standing.filter(to_come).select_related("rotation", "person", "replaces").order_by("pk"):
        flag = _flag(plan, rotations[swap.rotation_id], swap, now)
        if flag != swap.flag:
            _store(schedule, swap, flag, by=by, now=now)


def _from_now_on(rotation: terms.Rotation, now: datetime) -> Q:
    """Choose the swaps of the turn in force, or the last one, and of those after it."""
    ordinal = ordinal_at(rotation, min(micros(now), rotation.in_force[1] - 1))
    return Q(rotation=rotation.id) if ordinal is None else Q(rotation=rotation.id, ordinal__gte=ordinal)


def _flag(plan: terms.Plan, rotation: terms.Rotation, swap: Swap, now: datetime) -> str:
    turn, agreed = turn_numbered(rotation, swap.ordinal), agreed_span(swap)
    if max(agreed.end, turn.end if turn else agreed.end) <= now:
        return swap.flag
    kept = turn.clip(agreed) if turn else None
    if kept is None or 2 * kept.length < agreed.length:
        return SwapFlag.MOVED
    if swap.person is not None and not swap.person.is_active:
        return SwapFlag.LEFT
    left = Interval(max(kept.start, now), max(kept.end, now))
    itself = next((each for each in plan.swaps if each.id == swap.pk), None)
    held_by = holders(plan, rotation, swap.ordinal, left, before=itself)
    return "" if left.start == left.end or swap.replaces_id in held_by else SwapFlag.NOT_THEIRS


def _store(schedule: Schedule, swap: Swap, flag: str, *, by: Actor, now: datetime) -> None:
    before = {"swap": swap.pk, "flag": swap.flag}
    swap.flag, swap.flagged_at = flag, now if flag else None
    swap.save(update_fields=["flag", "flagged_at"])
    record_change(
        schedule,
        what="swap_flagged" if flag else "swap_unflagged",
        summary=f"{swap}: {SwapFlag(flag).label if flag else 'fits its turn again'}",
        before=before,
        after={"swap": swap.pk, "flag": flag},
        by=by,
        now=now,
    )
