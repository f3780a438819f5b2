"""One person takes the turn of another: asking for it, answering, taking it back, or just taking the shift.

An exchange is two swaps that refer to each other. The one that was asked for is the first of the two, and whatever is
done to either is done to both.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from rotations.actors import Actor
from rotations.engine.held import turn_numbered
from rotations.engine.intervals import Interval
from rotations.errors import Conflict, Invalid, NotPermitted
from rotations.models import Person, Rotation, Schedule, Swap, SwapState
from rotations.permissions import is_oneself, manages
from rotations.queries.memory import plan_of_held
from rotations.services.changes import hold_active, hold_schedule, record_change
from rotations.services.duty import settle_duty
from rotations.services.flags import flag_swaps
from rotations.services.rows import add_row, change_row
from rotations.services.turns import TurnNumber, require_free, require_holds, require_team, turn_to_swap

__all__ = ["TurnNumber", "accept_swap", "ask_swap", "cancel_swap", "decline_swap", "take_shift"]


@transaction.atomic
def ask_swap(
    rotation: Rotation,
    *,
    ordinal: int,
    replaces: Person,
    person: Person | None = None,
    span: Interval | None = None,
    reason: str = "",
    exchange: TurnNumber | None = None,
    by: Actor,
    now: datetime,
) -> Swap:
    """Ask ``person``, or the whole team, to take a turn of ``replaces``, or the part of it within ``span``.

    With ``exchange``, ``replaces`` takes that turn of ``person`` in return. Nothing changes until it is accepted.

    Raises:
        NotPermitted: ``by`` is neither ``replaces`` nor a manager of the team.
        Conflict: ``in_the_past``, ``not_their_turn``, ``already_on_turn``, ``archived``.
        Invalid: ``person_deactivated``, ``unknown_turn``, ``outside_turn``; ``invalid`` for an exchange with nobody.
        ValidationError: ``replaces_themselves``.
    """
    if exchange is not None and person is None:
        raise Invalid("invalid", "An exchange says with whom.", field="person")
    hold_active(replaces=replaces, person=person)
    turns = [TurnNumber(rotation, ordinal), *([exchange] if exchange else [])]
    moment = _hold_schedules((turn.rotation for turn in turns), now=now)
    _require_acts_for(replaces, [turns[0].rotation], by=by)
    swap = _new_swap(turns[0], replaces=replaces, person=person, part=span, reason=reason, by=by, moment=moment)
    add_row(swap)
    legs = [swap]
    if exchange is not None and person is not None:
        back = _new_swap(exchange, replaces=person, person=replaces, part=None, reason=reason, by=by, moment=moment)
        back.exchange = swap
        add_row(back)
        swap.exchange = back
        change_row(swap)
        legs.append(back)
    _note(legs, "swap_asked", "Asked", before=None, by=by, now=moment)
    return swap


@transaction.atomic
def take_shift(
    rotation: Rotation,
    *,
    ordinal: int,
    replaces: Person,
    person: Person,
    span: Interval | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Swap:
    """Let ``person`` take a turn of ``replaces``, or what is left of the part within ``span``, from now on.

    Raises:
        NotPermitted: ``by`` is neither ``person``, in the team or the rotation, nor a manager of the team.
        Conflict: ``in_the_past``, ``not_their_turn``, ``already_on_turn``, ``archived``.
        Invalid: ``person_deactivated``, ``unknown_turn``, ``outside_turn``.
        ValidationError: ``replaces_themselves``.
    """
    hold_active(replaces=replaces, person=person)
    turn = TurnNumber(rotation, ordinal)
    moment = _hold_schedules([rotation], now=now)
    _require_acts_for(person, [turn.rotation], by=by)
    if not manages(by, turn.rotation.schedule.team):
        require_team(turn.rotation, person)
    swap = _new_swap(turn, replaces=replaces, person=person, part=span, reason=reason, by=by, moment=moment)
    swap.state, swap.accepted_at, swap.answered_at = SwapState.ACCEPTED, moment, moment
    add_row(swap)
    _note([swap], "swap_taken", "Taken", before=None, by=by, now=moment)
    return swap


@transaction.atomic
def accept_swap(swap: Swap, *, person: Person, by: Actor, now: datetime) -> Swap:
    """Let ``person`` take over as they were asked; of the team, whoever is first.

    Raises:
        NotPermitted: somebody else was asked; ``person`` is not of the team; ``by`` is neither they nor a manager.
        Conflict: ``already_answered``, ``in_the_past``, ``not_their_turn``, ``already_on_turn``, ``archived``.
        Invalid: ``person_deactivated``.
        ValidationError: ``replaces_themselves``.
    """
    asked, *others = _legs(swap)
    hold_active(person=person, **({"replaces": asked.replaces} if others else {}))
    legs, moment = _hold_legs(swap, now=now)
    asked, *others = legs
    _require_asked(asked, person)
    _require_acts_for(person, [leg.rotation for leg in legs], by=by)
    if asked.person is None and not manages(by, asked.rotation.schedule.team):
        require_team(asked.rotation, person)
    before = [_values(leg) for leg in legs]
    asked.person = person
    for leg in (asked, *others):
        _require_fits(leg, moment)
        leg.state, leg.accepted_at, leg.answered_at = SwapState.ACCEPTED, moment, moment
    for leg in legs:
        change_row(leg)
    _note(legs, "swap_accepted", "Accepted", before=before, by=by, now=moment)
    return _same(swap, legs)


@transaction.atomic
def decline_swap(swap: Swap, *, person: Person, by: Actor, now: datetime) -> Swap:
    """Let ``person`` say no to what they were asked.

    Raises:
        NotPermitted: somebody else was asked; ``by`` is neither ``person`` nor a manager of the team.
        Conflict: ``already_answered``; ``asked_of_team``, which nobody answers for alone; ``archived``.
    """
    legs, moment = _hold_legs(swap, now=now)
    asked, *_ = legs
    _require_asked(asked, person)
    _require_acts_for(person, [asked.rotation], by=by)
    if asked.person is None:
        raise Conflict("asked_of_team", "The whole team was asked: somebody else may take it.")
    before = [_values(leg) for leg in legs]
    for leg in legs:
        leg.state, leg.answered_at = SwapState.DECLINED, moment
        change_row(leg)
    _note(legs, "swap_declined", "Declined", before=before, by=by, now=moment)
    return _same(swap, legs)


@transaction.atomic
def cancel_swap(swap: Swap, *, by: Actor, now: datetime) -> Swap:
    """Take a request back, or a swap that was accepted: from now on the turn is its person's again.

    What has passed of it stays. An exchange that was accepted binds both: only managers take it back.

    Raises:
        NotPermitted: ``by`` is neither who asked nor a manager of the teams.
        Conflict: ``already_answered`` where it was declined or cancelled; ``in_the_past``; ``archived``.
    """
    legs, moment = _hold_legs(swap, now=now)
    asked, *others = legs
    was_accepted = asked.state == SwapState.ACCEPTED
    _require_acts_for(None if others and was_accepted else asked.replaces, [leg.rotation for leg in legs], by=by)
    if asked.state not in (SwapState.ASKED, SwapState.ACCEPTED):
        raise Conflict("already_answered", f"It was {asked.get_state_display().lower()} before.")
    legs = [leg for leg in legs if not (was_accepted and _is_over(leg, moment))]
    if not legs:
        raise Conflict("in_the_past", "The turn is over, and what happened stays.")
    before = [_values(leg) for leg in legs]
    for leg in legs:
        _cancel(leg, moment)
        change_row(leg)
    _note(legs, "swap_cancelled", "Cancelled", before=before, by=by, now=moment)
    return _same(swap, legs)


def _legs(swap: Swap) -> list[Swap]:
    """Return the swap and, of an exchange, the other one too, the one that was asked for first."""
    rows = Swap.objects.select_related("rotation__schedule__team", "person", "replaces")
    return list(rows.filter(Q(pk=swap.pk) | Q(exchange=swap.pk)).order_by("pk"))


def _hold_legs(swap: Swap, *, now: datetime) -> tuple[list[Swap], datetime]:
    """Hold the schedules of the swap and of its counterpart; return both as they now stand, and the moment."""
    rotations = [leg.rotation for leg in _legs(swap)]
    moment = _hold_schedules(rotations, now=now)
    legs = _legs(swap)
    for leg, rotation in zip(legs, rotations, strict=True):
        # The rows that are held: each write gives them their next revision.
        leg.rotation = rotation
    return legs, moment


def _same(swap: Swap, legs: Iterable[Swap]) -> Swap:
    return next((leg for leg in legs if leg.pk == swap.pk), swap)


def _hold_schedules(rotations: Iterable[Rotation], *, now: datetime) -> datetime:
    """Hold the schedules of the rotations, in order of their ids, and return the one moment of the write."""
    rotations = list(rotations)
    held: dict[int, Schedule] = {}
    for schedule in sorted({rotation.schedule for rotation in rotations}, key=lambda schedule: schedule.pk):
        held[schedule.pk], now = hold_schedule(schedule, now=now)
    for schedule in held.values():
        settle_duty(schedule, now=now)
    for rotation in rotations:
        rotation.schedule = held[rotation.schedule_id]
    return now


def _require_acts_for(person: Person | None, rotations: Sequence[Rotation], *, by: Actor) -> None:
    if is_oneself(by, person) or all(manages(by, rotation.schedule.team) for rotation in rotations):
        return
    teams = " and of ".join(sorted({str(rotation.schedule.team) for rotation in rotations}))
    raise NotPermitted(f"Only {f'{person} and ' if person else ''}managers of {teams} may do this.")


def _require_asked(swap: Swap, person: Person) -> None:
    if swap.state != SwapState.ASKED:
        raise Conflict("already_answered", f"It was {swap.get_state_display().lower()} before.")
    if swap.person is not None and swap.person != person:
        raise NotPermitted(f"{swap.person} was asked, not {person}.", field="person")


def _new_swap(
    turn: TurnNumber,
    *,
    replaces: Person,
    person: Person | None,
    part: Interval | None,
    reason: str,
    by: Actor,
    moment: datetime,
) -> Swap:
    """Return a swap that fits the turn as it stands, not stored yet; a part that is all of the turn is the turn."""
    found = turn_to_swap(turn, part=part, moment=moment)
    require_holds(found, replaces, field="replaces")
    if person is not None and person != replaces:
        require_free(found, person, field="person")
    kept = None if part is None else found.span.clip(part)
    start, end = (None, None) if kept is None or kept == found.span else (kept.start, kept.end)
    return Swap(
        rotation=turn.rotation,
        ordinal=turn.ordinal,
        replaces=replaces,
        person=person,
        start=start,
        end=end,
        turn_start=found.span.start,
        turn_end=found.span.end,
        reason=reason.strip(),
        asked_at=moment,
        asked_by=by.person,
    )


def _require_fits(swap: Swap, moment: datetime) -> None:
    """Ask for the turn as it stands now, which may be another than when the swap was asked for."""
    found = turn_to_swap(TurnNumber(swap.rotation, swap.ordinal), part=_part(swap), moment=moment)
    require_holds(found, swap.replaces, field="replaces")
    if swap.person is not None and swap.person != swap.replaces:
        require_free(found, swap.person, field="person")


def _part(swap: Swap) -> Interval | None:
    return Interval(swap.start, swap.end) if swap.start and swap.end else None


def _covered(swap: Swap) -> Interval | None:
    """Return the span in which an accepted swap counts, by the turn as it stands; None where nothing is left of it."""
    rotation = next(each for each in plan_of_held(swap.rotation.schedule).rotations if each.id == swap.rotation_id)
    turn, part = turn_numbered(rotation, swap.ordinal), _part(swap)
    kept = turn.clip(part) if turn and part else turn
    if kept is None or swap.accepted_at is None:
        return None
    return Interval(max(kept.start, swap.accepted_at), max(kept.end, swap.accepted_at))


def _is_over(swap: Swap, moment: datetime) -> bool:
    covered = _covered(swap)
    return covered is not None and covered.end <= moment


def _cancel(swap: Swap, moment: datetime) -> None:
    covered = _covered(swap)
    if covered is not None and covered.start < moment:
        swap.start, swap.end = covered.start, moment
    else:
        swap.accepted_at = None
    swap.state, swap.answered_at = SwapState.CANCELLED, moment
    swap.flag, swap.flagged_at = "", None


def _note(
    legs: Sequence[Swap],
    what: str,
    done: str,
    *,
    before: Sequence[dict[str, Any]] | None,
    by: Actor,
    now: datetime,
) -> None:
    for place, leg in enumerate(legs):
        span = _part(leg) or Interval(leg.turn_start, leg.turn_end)
        record_change(
            leg.rotation.schedule,
            what=what,
            summary=f"{done}: {leg.person or 'somebody of the team'} instead of {leg.replaces} in {leg.rotation.name}, "
            f"{span.start:%Y-%m-%d %H:%M}Z to {span.end:%Y-%m-%d %H:%M}Z",
            before=before[place] if before else None,
            after=_values(leg),
            by=by,
            now=now,
        )
    for schedule in {leg.rotation.schedule_id: leg.rotation.schedule for leg in legs}.values():
        flag_swaps(schedule, by=by, now=now)


def _values(swap: Swap) -> dict[str, Any]:
    return {
        "swap": swap.pk,
        "rotation": swap.rotation_id,
        "ordinal": swap.ordinal,
        "replaces": swap.replaces_id,
        "person": swap.person_id,
        "start": swap.start.isoformat() if swap.start else None,
        "end": swap.end.isoformat() if swap.end else None,
        "exchange": swap.exchange_id,
        "state": str(swap.state),
        "reason": swap.reason,
    }
