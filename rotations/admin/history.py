"""What was changed in a schedule, by whom? The facts in words: names in place of ids, and only what differs."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rotations.admin.wall_clock import shown
from rotations.models import (
    AbsencePolicy,
    ActorKind,
    Advance,
    OverrideKind,
    Person,
    Rotation,
    ScheduleChange,
    SwapFlag,
    SwapState,
)

NOTHING: Final = "nothing"
PEOPLE: Final = ("person", "replaces")
# What the sentence above the values names already, or nobody knows by its number.
UNSAID: Final = {"override", "swap", "absence", "exchange"}
# PostgreSQL keeps the keys of a fact in an order of its own.
ORDER: Final = (
    *("name", "slug", "email", "team", "zone", "absence_policy", "least_rest"),
    *("kind", "person", "replaces", "rotation", "layer"),
    *("slots", "unit", "every", "advance", "anchor", "windows", "effective_at"),
    *("ordinal", "start", "end", "ends_at", "state", "flag", "reason"),
)
LABELS: Final = {
    "ends_at": "ends",
    "effective_at": "in force from",
    "every": "units a turn",
    "least_rest": "least rest between shifts",
    "replaces": "instead of",
    "slots": "order",
    "windows": "hours",
    "ordinal": "turn",
}
CHOICES: Final[dict[str, dict[str, str]]] = {
    name: {str(value): str(label) for value, label in choices.choices}
    for name, choices in (
        ("absence_policy", AbsencePolicy),
        ("advance", Advance),
        ("kind", OverrideKind),
        ("flag", SwapFlag),
        ("state", SwapState),
    )
}
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Difference:
    """One value that is another now. ``before`` is None where the thing was added, ``after`` where it was removed."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Entry:
    """One change as the page shows it."""

    at: str
    summary: str
    who: str
    differences: tuple[Difference, ...]


def entries_of(changes: Sequence[ScheduleChange], zone: ZoneInfo) -> tuple[Entry, ...]:
    """Return ``changes`` in words, moments as clocks in ``zone`` show them; two queries at any number."""
    words = _Words(changes, zone)
    return tuple(
        Entry(shown(change.at, zone), change.summary, _who(change), tuple(words.differences(change)))
        for change in changes
    )


def _who(change: ScheduleChange) -> str:
    if change.actor_kind in (ActorKind.TOKEN, ActorKind.INTEGRATION):
        return f"{change.actor_name} ({change.get_actor_kind_display().lower()})"
    return change.actor_name


class _Words:
    """Says values of facts; knows the names of everybody and of every rotation that they mention."""

    def __init__(self, changes: Iterable[ScheduleChange], zone: ZoneInfo) -> None:
        sides = [side for change in changes for side in (change.before, change.after) if side]
        self.zone = zone
        self.people = Person.objects.in_bulk({number for side in sides for number in _people(side)})
        self.rotations = Rotation.objects.in_bulk({side["rotation"] for side in sides if side.get("rotation")})
        self.says: dict[str, Callable[[Any], str]] = {
            **dict.fromkeys(PEOPLE, self._name),
            "rotation": self._rotation,
            "slots": self._order,
            "windows": _hours,
            "anchor": lambda reading: reading.replace("T", " "),
        }

    def differences(self, change: ScheduleChange) -> Iterator[Difference]:
        before, after = change.before, change.after
        for key in sorted({*(before or {}), *(after or {})}, key=_place):
            old, new = (before or {}).get(key), (after or {}).get(key)
            is_subject = key == "rotation" and "slots" in (after or before or {})
            if key not in UNSAID and not is_subject and old != new and (old or new):
                yield Difference(
                    LABELS.get(key, key.replace("_", " ")),
                    None if before is None else self._said(key, old),
                    None if after is None else self._said(key, new),
                )

    def _said(self, key: str, value: Any) -> str:
        if value in (None, "", []):
            return NOTHING
        if key in CHOICES:
            return CHOICES[key].get(value, str(value))
        if isinstance(value, str) and INSTANT.fullmatch(value):
            return shown(datetime.fromisoformat(value), self.zone)
        say = self.says.get(key, str)
        return say(value)

    def _order(self, slots: Iterable[Sequence[Mapping[str, Any]]]) -> str:
        return " → ".join(" & ".join(map(self._member, slot)) or "nobody" for slot in slots)

    def _rotation(self, number: int) -> str:
        return self.rotations[number].name if number in self.rotations else f"rotation {number}"

    def _member(self, member: Mapping[str, Any]) -> str:
        return f"{self._name(member['person'])}{' (shadow)' if member.get('shadow') else ''}"

    def _name(self, number: int) -> str:
        return self.people[number].name if number in self.people else f"person {number}"


def _place(key: str) -> tuple[int, str]:
    return ORDER.index(key) if key in ORDER else len(ORDER), key


def _hours(windows: Iterable[Mapping[str, Any]]) -> str:
    return "; ".join(f"{' '.join(one['days'])} {one['start'][:5]}-{one['end'][:5]}" for one in windows)


def _people(side: Mapping[str, Any]) -> Iterator[int]:
    yield from (side[key] for key in PEOPLE if side.get(key))
    yield from (member["person"] for slot in side.get("slots", ()) for member in slot)
