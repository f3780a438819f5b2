"""What is known around a fact of an incident's timeline? The fact, the incident, and the people around it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from oncall.notices.telling.kinds import Kind
from oncall.notices.telling.moments import by_their_clock, sentence
from oncall.notices.telling.told import Told, Who


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact of the timeline. ``actor`` is the person who made it, None for tokens, integrations and the system."""

    id: int
    at: datetime
    kind: str
    text: str
    data: Mapping[str, Any]
    actor: int | None = None
    actor_name: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A role that somebody was asked to hold, as it stands now."""

    accept_by: datetime | None
    because: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class HandoffNote:
    """A handoff as it stands now, with what the holder tells the recipient."""

    expires_at: datetime
    is_open: bool
    said: tuple[tuple[str, str], ...] = ()
    next_check_in: datetime | None = None


@dataclass(frozen=True)
class Scene:
    """An incident and the people around it, as they are when a fact of it is told.

    ``responders`` have joined and not left, ``taking_part`` counts those who only watch, too. ``managers`` see to the
    service. ``people`` are those who can be told, ``names`` those of everybody.
    """

    number: int
    title: str
    severity: int = 3
    is_drill: bool = False
    responders: tuple[int, ...] = ()
    taking_part: tuple[int, ...] = ()
    managers: tuple[int, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    offers: Mapping[int, Offer] = field(default_factory=dict)
    handoffs: Mapping[int, HandoffNote] = field(default_factory=dict)
    people: Mapping[int, Who] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/incidents/{self.number}/"

    def headed(self, words: str) -> str:
        """Return a subject: what happened, then the incident; a drill says so first."""
        return f"{'[Drill] ' if self.is_drill else ''}{words}: #{self.number} {self.title}"

    def role_in(self, entry: Entry) -> str:
        """Return the name of the role that a fact is about."""
        slug = str(entry.data.get("role", ""))
        return self.roles.get(slug, slug)

    def name_of(self, person: Any) -> str:
        """Return somebody's name; of whoever is not known any more, that it is somebody."""
        return self.names.get(person, "Somebody")

    def known(self, people: Iterable[Any]) -> Iterator[Who]:
        """Yield those of ``people`` who can be told, each once, in order."""
        return (self.people[one] for one in dict.fromkeys(people) if one in self.people)


def say(
    kind: Kind, entry: Entry, scene: Scene, people: Iterable[Any], subject: str, *, action: str = "Open the incident"
) -> Iterator[Told]:
    """Tell ``people`` what the timeline says, under ``subject``."""
    for who in scene.known(people):
        yield told_to(who, kind, scene, subject, (sentence(by_their_clock(entry.text, who.zone)),), action=action)


def told_to(who: Who, kind: Kind, scene: Scene, subject: str, paragraphs: tuple[str, ...], *, action: str) -> Told:
    """Return what ``who`` is told; of a drill, that it is one."""
    drill = ("This is a drill.",) if scene.is_drill else ()
    return Told(who.id, kind, scene.headed(subject), (*drill, *paragraphs), scene.path, action)


def ids(entry: Entry, name: str) -> list[Any]:
    """Return the people that a fact names under ``name``, one or several."""
    named = entry.data.get(name)
    return named if isinstance(named, list) else [named]
