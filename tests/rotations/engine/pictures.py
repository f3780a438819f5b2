"""Schedules written and read as pictures: people are capital letters, one letter stands for one step of time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rotations.engine.cadence import Cadence, Unit
from rotations.engine.intervals import Interval
from rotations.engine.plan import Member, Override, Plan, Rotation, Slot, Version, answer_at
from rotations.engine.sweep import shifts
from rotations.engine.terms import Advance
from rotations.engine.windows import Window

CHICAGO = ZoneInfo("America/Chicago")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
WEEKDAYS = range(5)


def at(text: str) -> datetime:
    """Read an instant such as ``2020-03-08 03:00-05``; without an offset, it is in UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def person(letter: str) -> int:
    return ord(letter) - ord("A") + 1


def letter(number: int) -> str:
    return chr(number + ord("A") - 1)


def slots(text: str) -> tuple[Slot, ...]:
    """Read an order: ``AB`` is two slots, ``(AB)`` one of two members, ``.`` an empty one; lower case is a shadow."""
    order: list[Slot] = []
    shared: list[Member] | None = None
    for sign in text:
        member = Member(person(sign.upper()), shadow=sign.islower())
        if sign == "(":
            shared = []
        elif sign == ")":
            order.append(tuple(shared or ()))
            shared = None
        elif shared is not None:
            shared.append(member)
        else:
            order.append(() if sign == "." else (member,))
    return tuple(order)


def cadence(anchor: str, zone: str = "UTC", unit: Unit = "day", every: int = 1) -> Cadence:
    return Cadence(datetime.fromisoformat(anchor), ZoneInfo(zone), unit, every)


def window(days, start: str = "00:00", end: str = "00:00") -> Window:
    return Window(frozenset(days), time.fromisoformat(start), time.fromisoformat(end))


def version(
    order: str, handoffs: Cadence, *, since: str | None = None, advance: Advance = "turn", windows=()
) -> Version:
    """A version whose first slot is that of turn 0, wherever it begins."""
    effective_at = at(since) if since else handoffs.handoff(0)
    draft = Version(effective_at, handoffs, slots(order), advance, tuple(windows))
    fresh = Version(handoffs.handoff(0), handoffs, slots(order), advance, tuple(windows))
    first = handoffs.turn_at(effective_at).number
    return Version(
        effective_at,
        handoffs,
        draft.slots,
        advance,
        draft.windows,
        first_ordinal=first,
        first_slot=fresh.slot_index(first),
    )


def rotation(
    order: str, handoffs: Cadence, *, number: int = 1, layer: int = 1, ends: str | None = None, **how
) -> Rotation:
    return Rotation(number, layer, (version(order, handoffs, **how),), at(ends) if ends else None)


def plan_of(order: str, handoffs: Cadence, *, overrides=(), **how) -> Plan:
    return Plan((rotation(order, handoffs, **how),), tuple(overrides))


def drawn(text: str, start: str, *, layer: int = 1, number: int = 1, step: timedelta = HOUR) -> Rotation:
    """A rotation whose first turns are as drawn, one letter for each step."""
    order = slots(text)
    version = Version(at(start), Cadence(at(start).replace(tzinfo=None), ZoneInfo("UTC"), "hour", step // HOUR), order)
    return Rotation(number, layer, (version,), at(start) + step * len(order))


def override(
    kind, start: str, end: str, *, by: str | None = None, of: str | None = None, number: int = 1, **how
) -> Override:
    """An override by ``by`` of ``of``; its number says when it was made."""
    who = {"person": None if by is None else person(by), "replaces": None if of is None else person(of)}
    return Override(number, kind, at(start), at(end), **who, created_at=at("2020-01-01") + number * HOUR, **how)


def span(start: str, end: str) -> Interval:
    return Interval(at(start), at(end))


def picture(plan: Plan, within: Interval, *, step: timedelta = HOUR) -> str:
    """Draw who is on call at the beginning of each step: ``.`` nobody, ``-`` planned silence, ``+`` several."""
    signs: list[str] = []
    moment = within.start
    while moment < within.end:
        answer = answer_at(plan, moment)
        people = [letter(cover.person) for cover in answer.people]
        signs.append(("." if answer.silence is None else "-") if not people else people[0] if len(people) == 1 else "+")
        moment += step
    return "".join(signs)


def listed(plan: Plan, within: Interval, *, clock: str = "%H:%M") -> list[str]:
    """List the shifts, such as ``A 10:00-12:00``."""
    return [f"{letter(shift.person)} {shift.start:{clock}}-{shift.end:{clock}}" for shift in shifts(plan, within)]


def on(plan: Plan, moment: str) -> str:
    """Name who is on call, in the order of the answer."""
    return "".join(letter(cover.person) for cover in answer_at(plan, at(moment)).people)
