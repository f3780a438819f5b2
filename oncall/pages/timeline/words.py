"""What is written on a bar and said of it? Names as short as need be, spans by the clocks of one zone."""

from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from oncall.pages.timeline.axis import clock
from rotations.engine.terms import Source
from rotations.models import OverrideKind

NOBODY, SILENCE = "Nobody", "Planned silence"


def names_of(name: str) -> tuple[str, ...]:
    """Return what somebody can be called where there is less and less room: ``Ada Okafor``, ``Ada``, ``AO``."""
    first, *others = name.split() or [name]
    initials = first[:1] + (others[-1][:1] if others else "")
    return tuple(dict.fromkeys((name, first, initials.upper())))


def span_words(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return a span by the clocks of ``zone``."""
    return f"{clock(start, zone)} to {clock(end, zone)}"


def reason_words(source: Source, rotation_name: str) -> str:
    """Return in a few words why somebody is on call."""
    where = rotation_name or "the schedule"
    match source.kind:
        case "rotation":
            return where
        case "absence_cover":
            return f"{where}, stands in for somebody away"
        case "override":
            return f"Override of {where}"
        case "swap":
            return f"Swap in {where}"
        case _:
            assert_never(source.kind)


def override_names(kind: str, person: str, replaces: str) -> tuple[str, ...]:
    """Return what an override does, in less and less words; ``person`` and ``replaces`` are names, or empty."""
    match OverrideKind(kind):
        case OverrideKind.SILENCE:
            return (SILENCE, "Silence")
        case OverrideKind.ADD:
            return (f"{person} in addition", f"+ {person}", *names_of(person)[1:])
        case OverrideKind.REMOVE:
            return (f"without {replaces}", f"no {replaces}", *names_of(replaces)[2:])
        case OverrideKind.REPLACE:
            instead = replaces or "everyone"
            return (f"{person} instead of {instead}", f"{person} for {_first(instead)}", *names_of(person))
        case _:
            assert_never(kind)


def swap_names(person: str, replaces: str) -> tuple[str, ...]:
    """Return who takes a turn of whom, in less and less words."""
    return (f"{person} takes over from {replaces}", f"{person} for {_first(replaces)}", *names_of(person))


def with_reason(words: str, reason: str) -> str:
    """Return ``words`` and, where one was given, the reason."""
    return f"{words}: {reason}" if reason else words


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.strip() else name
