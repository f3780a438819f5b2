"""Who is told of a fact of an incident's timeline, and what? One function for each kind of fact.

Kinds that are not listed are told to nobody: a newer installation may have written them, and they do no harm.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from oncall.notices.telling.kinds import Kind
from oncall.notices.telling.moments import by_their_clock, clock, moment
from oncall.notices.telling.told import Told, Who, once_each

LEAD = "lead"
WHY_VACANT = {
    "no_one_on_call": "nobody is on call",
    "everyone_declined": "everybody who was asked declined or did not answer",
    "exclusive": "whoever could be asked holds a role that excludes it",
    "waiting_for_first_to_join": "it waits for the first responder to join",
}


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
    service, ``schedule_managers`` (by role) to the schedules that its rule asks. ``people`` are those who can be told,
    ``names`` those of everybody.
    """

    number: int
    title: str
    severity: int = 3
    is_drill: bool = False
    responders: tuple[int, ...] = ()
    taking_part: tuple[int, ...] = ()
    managers: tuple[int, ...] = ()
    schedule_managers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
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


def told_of(entry: Entry, scene: Scene) -> tuple[Told, ...]:
    """Return what people are told of ``entry``: one notice each, none for whoever did it."""
    tell = _TELLS.get(entry.kind)
    # Nobody offers themselves a role: it follows from what they did, and waits for them all the same.
    actor = None if entry.kind == "offered" else entry.actor
    return once_each(tell(entry, scene), without=actor) if tell else ()


def deadline_near(role: str, accept_by: datetime, person: int, scene: Scene) -> tuple[Told, ...]:
    """Return the reminder to whoever was offered a role and has not answered."""
    return tuple(
        Told(
            who.id,
            Kind.DEADLINE_NEAR,
            scene.headed(f"Answer by {clock(accept_by, who.zone)}: {role}"),
            (f"You are asked to be {role}, and have not answered. At {clock(accept_by, who.zone)} it is passed on.",),
            scene.path,
            "Accept or decline",
            expires_at=accept_by,
        )
        for who in scene.known([person])
    )


def _offered(entry: Entry, scene: Scene) -> Iterator[Told]:
    offer = scene.offers.get(entry.data.get("assignment", 0))
    if offer is None or not offer.is_open or offer.accept_by is None:
        return
    role = scene.role_in(entry)
    for who in scene.known([entry.data.get("person")]):
        deadline = (
            f"Answer by {clock(offer.accept_by, who.zone)}; until then you hold it, and after that it is passed on."
        )
        paragraphs = (f"You are asked to be {role}.", _because(offer.because, who), deadline)
        yield _told(
            who, Kind.ROLE_OFFERED, scene, f"You are asked to be {role}", paragraphs, action="Accept or decline"
        )


def _because(because: str, who: Who) -> str:
    words = by_their_clock(because, who.zone)
    return f"Why you: {words}."


def _handoff_offered(entry: Entry, scene: Scene) -> Iterator[Told]:
    note = scene.handoffs.get(entry.data.get("handoff", 0))
    if note is None or not note.is_open:
        return
    role, holder = scene.role_in(entry), scene.name_of(entry.data.get("person"))
    for who in scene.known([entry.data.get("to")]):
        said = [f"{what}: {words}" for what, words in note.said if words]
        if note.next_check_in is not None:
            said.append(f"Next check-in: {moment(note.next_check_in, who.zone)}")
        paragraphs = (
            f"{holder} asks you to take {role} over, and stays {role} until you accept.",
            *said,
            f"Answer by {clock(note.expires_at, who.zone)}.",
        )
        subject = f"{holder} offers to hand {role} to you"
        yield _told(who, Kind.HANDOFF_OFFERED, scene, subject, paragraphs, action="Accept or decline")


def _handed_off(entry: Entry, scene: Scene) -> Iterator[Told]:
    role, new = scene.role_in(entry), entry.data.get("person")
    yield from _say(
        Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("taken_from")], f"{scene.name_of(new)} took {role} over"
    )
    yield from _lead_changed(entry, scene)


def _handoff_declined(entry: Entry, scene: Scene) -> Iterator[Told]:
    words = f"{scene.name_of(entry.data.get('to'))} declined to take {scene.role_in(entry)} over; you go on"
    yield from _say(Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("person")], words)


def _handoff_expired(entry: Entry, scene: Scene) -> Iterator[Told]:
    role = scene.role_in(entry)
    subject = f"{scene.name_of(entry.data.get('to'))} did not answer; you go on as {role}"
    yield from _say(Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("person")], subject)
    subject = f"{scene.name_of(entry.data.get('person'))} goes on as {role}"
    yield from _say(Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("to")], subject)


def _handoff_cancelled(entry: Entry, scene: Scene) -> Iterator[Told]:
    role = scene.role_in(entry)
    subject = f"You need not take {role} over any more"
    yield from _say(Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("to")], subject)
    # Whatever else cancels a handoff ends the holder's role, and tells them by itself.
    if entry.data.get("because") == "deactivated":
        yield from _say(Kind.HANDOFF_ANSWERED, entry, scene, [entry.data.get("person")], f"You go on as {role}")


def _handoff_escalated(entry: Entry, scene: Scene) -> Iterator[Told]:
    role, holder = scene.role_in(entry), entry.data.get("person")
    subject = f"A handoff of {role} was not answered; {scene.name_of(holder)} still holds it"
    yield from _say(Kind.HANDOFF_ESCALATED, entry, scene, _ids(entry, "managers"), subject)
    yield from _say(
        Kind.HANDOFF_ANSWERED, entry, scene, [holder], f"Your handoff was not answered; you go on as {role}"
    )


def _taken(entry: Entry, scene: Scene) -> Iterator[Told]:
    new, role = entry.data.get("person"), scene.role_in(entry)
    subject = f"{scene.name_of(new)} took {role} from you"
    yield from _say(Kind.ROLE_TAKEN, entry, scene, [entry.data.get("taken_from")], subject)
    yield from _lead_changed(entry, scene)


def _lead_changed(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the responders who leads now; whoever does knows."""
    if entry.data.get("role") != LEAD:
        return
    new = entry.data.get("person")
    others = [one for one in scene.responders if one != new]
    subject = f"{scene.name_of(new)} is {scene.role_in(entry)}"
    yield from _say(Kind.LEAD_CHANGED, entry, scene, others, subject)


def _lead_left(entry: Entry, scene: Scene) -> Iterator[Told]:
    if entry.data.get("role") != LEAD:
        return
    old = entry.data.get("person")
    others = [one for one in scene.responders if one != old]
    yield from _say(Kind.LEAD_CHANGED, entry, scene, others, f"{scene.role_in(entry)} was given up")


def _passed_on(entry: Entry, scene: Scene) -> Iterator[Told]:
    subject = f"{scene.role_in(entry)} was passed on: you did not answer in time"
    yield from _say(Kind.ROLE_PASSED_ON, entry, scene, [entry.data.get("person")], subject)


def _vacant(entry: Entry, scene: Scene) -> Iterator[Told]:
    because = str(entry.data.get("because", ""))
    people = [*scene.responders, *scene.managers]
    if because == "no_one_on_call":
        people += scene.schedule_managers.get(str(entry.data.get("role")), ())
    role = scene.role_in(entry)
    paragraphs = (f"The incident needs {role}, and {WHY_VACANT.get(because, because)}.",)
    for who in scene.known(people):
        yield _told(who, Kind.VACANCY, scene, f"Nobody is {role}", paragraphs, action=f"Take {role}")


def _acting(entry: Entry, scene: Scene) -> Iterator[Told]:
    role = scene.role_in(entry)
    why = f"You were asked to be {role} and did not answer, and nobody else is left to ask."
    what = f"You count as {role} until somebody accepts: accept it, or find somebody who takes it."
    for who in scene.known([entry.data.get("person")]):
        yield _told(who, Kind.ACTING, scene, f"You act as {role}", (why, what), action="Accept or hand over")


def _nagged(entry: Entry, scene: Scene) -> Iterator[Told]:
    role, person = scene.role_in(entry), entry.data.get("person")
    if person is not None:
        yield from _say(Kind.NAGGED, entry, scene, [person], f"You still act as {role}", action="Accept or hand over")
        return
    people = [*scene.responders, *scene.managers]
    yield from _say(Kind.NAGGED, entry, scene, people, f"Still nobody is {role}", action=f"Take {role}")


def _managers_called(entry: Entry, scene: Scene) -> Iterator[Told]:
    subject = f"Nobody answers for {scene.role_in(entry)}"
    yield from _say(Kind.MANAGERS_CALLED, entry, scene, _ids(entry, "managers"), subject)


def _shift_changed(entry: Entry, scene: Scene) -> Iterator[Told]:
    role, holder = scene.role_in(entry), scene.name_of(entry.data.get("person"))
    subject = f"You are on call now; {holder} goes on as {role}"
    yield from _say(Kind.SHIFT_HANDED_OVER, entry, scene, _ids(entry, "to"), subject)


def _relief_suggested(entry: Entry, scene: Scene) -> Iterator[Told]:
    subject = f"You have been {scene.role_in(entry)} for long: let somebody relieve you"
    yield from _say(Kind.RELIEF_SUGGESTED, entry, scene, [entry.data.get("person")], subject, action="Hand it off")


def _may_release(entry: Entry, scene: Scene) -> Iterator[Told]:
    subject = f"You may give {scene.role_in(entry)} back"
    yield from _say(Kind.MAY_RELEASE, entry, scene, [entry.data.get("person")], subject)


def _help_asked(entry: Entry, scene: Scene) -> Iterator[Told]:
    subject = f"{entry.actor_name} asks you for help"
    said = str(entry.data.get("words") or "").strip()
    paragraphs = tuple(words for words in (f"{entry.text}.", said) if words)
    for who in scene.known(_ids(entry, "people")):
        yield _told(who, Kind.HELP_ASKED, scene, subject, paragraphs, action="Join the incident")


def _to_all(kind: Kind, words: Callable[[Entry], str]) -> Callable[[Entry, Scene], Iterator[Told]]:
    """Return what tells everybody who takes part."""
    return lambda entry, scene: _say(kind, entry, scene, scene.taking_part, words(entry))


def _say(
    kind: Kind, entry: Entry, scene: Scene, people: Iterable[Any], subject: str, *, action: str = "Open the incident"
) -> Iterator[Told]:
    """Tell ``people`` what the timeline says."""
    for who in scene.known(people):
        yield _told(who, kind, scene, subject, (f"{by_their_clock(entry.text, who.zone)}.",), action=action)


def _told(who: Who, kind: Kind, scene: Scene, subject: str, paragraphs: tuple[str, ...], *, action: str) -> Told:
    drill = ("This is a drill.",) if scene.is_drill else ()
    return Told(who.id, kind, scene.headed(subject), (*drill, *paragraphs), scene.path, action)


def _ids(entry: Entry, name: str) -> list[Any]:
    """Return the people that a fact names under ``name``, one or several."""
    named = entry.data.get(name)
    return named if isinstance(named, list) else [named]


_TELLS: dict[str, Callable[[Entry, Scene], Iterator[Told]]] = {
    "offered": _offered,
    "accepted": _lead_changed,
    "taken": _taken,
    "released": _lead_left,
    "vacated": _lead_left,
    "deactivated": _lead_left,
    "offer_expired": _passed_on,
    "vacant": _vacant,
    "acting": _acting,
    "nagged": _nagged,
    "managers_called": _managers_called,
    "handoff_offered": _handoff_offered,
    "handed_off": _handed_off,
    "handoff_declined": _handoff_declined,
    "handoff_expired": _handoff_expired,
    "handoff_cancelled": _handoff_cancelled,
    "handoff_escalated": _handoff_escalated,
    "shift_changed": _shift_changed,
    "relief_suggested": _relief_suggested,
    "may_release": _may_release,
    "help_asked": _help_asked,
    "resolved": _to_all(Kind.RESOLVED, lambda _: "Resolved"),
    "reopened": _to_all(Kind.REOPENED, lambda _: "Reopened"),
    "merged": _to_all(Kind.MERGED, lambda entry: f"Merged into #{entry.data.get('into')}"),
    "severity_changed": _to_all(
        Kind.SEVERITY_CHANGED, lambda entry: f"Severity {entry.data.get('before')} to {entry.data.get('after')}"
    ),
}
