"""Where are the people of a role looked for, and in which order do those of one place come?"""

from datetime import UTC, datetime
from typing import NamedTuple, assert_never

from oncall.incidents.staffing.facts import Facts, Held, Member, OnCall
from oncall.incidents.staffing.pinned import SourceValue


class Found(NamedTuple):
    """Somebody of one source, and why they are a candidate; ``busy`` ranks them before anything else does."""

    person: int
    because: str
    busy: int = 0


def found(source: SourceValue, facts: Facts) -> list[Found]:
    """Return the people of one source, in the order in which equals are asked."""
    schedule = facts.schedule_of(source)
    match source.kind:
        case "on_call":
            return [Found(one.person, _on_call_words(source, one)) for one in schedule.people]
        case "next_on_call":
            words = f"next on call in {source.name}{moment(' from', schedule.next_at)}"
            return [Found(person, words) for person in schedule.next_people]
        case "first_to_join":
            return [Found(person, "first of those present") for person in facts.present]
        case "declarer" | "person":
            return _named(source, facts)
        case "team":
            return [_member(source, one) for one in facts.teams.get(source.team or 0, ())]
        case "role_holder":
            return [Found(one.person, _holder_words(one)) for one in facts.held if one.role == source.role]
        case _:
            assert_never(source.kind)


def ranks(source: SourceValue) -> bool:
    """Say whether those of one source compete; elsewhere their order says who comes first."""
    return source.kind in ("on_call", "next_on_call", "team")


def shadows(source: SourceValue, facts: Facts) -> tuple[int, ...]:
    """Return who only watches in the schedule that is asked."""
    return facts.schedule_of(source).shadows if source.kind == "on_call" else ()


def moment(word: str, at: datetime | None) -> str:
    """Return ``at`` after ``word`` as pages find it, to say it in the reader's zone; nothing for no moment."""
    return f"{word} {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""


def incidents(number: int) -> str:
    """Return ``1 open incident``, ``no open incident`` or ``3 open incidents``."""
    return f"{number or 'no'} open incident{'s' if number > 1 else ''}"


def _named(source: SourceValue, facts: Facts) -> list[Found]:
    if source.kind == "declarer":
        return [Found(facts.declarer, "declared the incident")] if facts.declarer is not None else []
    return [Found(source.person, "named in the response plan")] if source.person is not None else []


def _on_call_words(source: SourceValue, one: OnCall) -> str:
    via = f", {one.via}" if one.via else ""
    return f"on call in {source.name}{moment(' until', one.until)}{via}"


def _member(source: SourceValue, one: Member) -> Found:
    return Found(one.person, f"member of {source.name}, serves in {incidents(one.serves_in)} elsewhere", one.serves_in)


def _holder_words(one: Held) -> str:
    return f"{'asked to be' if one.is_asked else 'is'} {one.role_name}"
