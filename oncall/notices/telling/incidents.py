"""Who is told of a fact of an incident's timeline, and what? One function for each kind of fact.

Kinds that are not listed are told to nobody: a newer installation may have written them, and they do no harm.
"""

from collections.abc import Callable, Iterable, Iterator

from oncall.notices.telling import handoffs, leads, roles
from oncall.notices.telling.kinds import Kind
from oncall.notices.telling.scene import Entry, Scene, ids, say
from oncall.notices.telling.told import Told, once_each


def told_of(entry: Entry, scene: Scene) -> tuple[Told, ...]:
    """Return what people are told of ``entry``: one notice each, none for whoever did it."""
    tell = _TELLS.get(entry.kind)
    # Nobody offers themselves a role: it follows from what they did, and waits for them all the same.
    actor = None if entry.kind == "offered" else entry.actor
    return once_each(tell(entry, scene), without=actor) if tell else ()


def without_repeats(tellings: Iterable[tuple[Entry, Told]]) -> list[tuple[Entry, Told]]:
    """Return what is left where managers who are called for a role need not hear as well that it is vacant."""
    listed = list(tellings)
    called = {
        (told.person, told.path, entry.data.get("role")) for entry, told in listed if told.kind is Kind.MANAGERS_CALLED
    }
    return [
        (entry, told)
        for entry, told in listed
        if told.kind is not Kind.VACANCY or (told.person, told.path, entry.data.get("role")) not in called
    ]


def _seat_of(entry: Entry, told: Told) -> tuple[int, str, object]:
    return told.person, told.path, entry.data.get("role")


def _help_asked(entry: Entry, scene: Scene) -> Iterator[Told]:
    subject = f"{entry.actor_name} asks you for help"
    yield from say(Kind.HELP_ASKED, entry, scene, ids(entry, "people"), subject, action="Join the incident")


def _to_all(kind: Kind, words: Callable[[Entry], str]) -> Callable[[Entry, Scene], Iterator[Told]]:
    """Return what tells everybody who takes part."""
    return lambda entry, scene: say(kind, entry, scene, scene.taking_part, words(entry))


_TELLS: dict[str, Callable[[Entry, Scene], Iterator[Told]]] = {
    "offered": roles.offered,
    "accepted": leads.lead_changed,
    "taken": roles.taken,
    "released": leads.lead_left,
    "vacated": leads.lead_left,
    "deactivated": leads.lead_left,
    "offer_expired": roles.passed_on,
    "vacant": roles.vacant,
    "acting": roles.acting,
    "nagged": roles.nagged,
    "managers_called": roles.managers_called,
    "handoff_offered": handoffs.handoff_offered,
    "handed_off": handoffs.handed_off,
    "handoff_declined": handoffs.handoff_declined,
    "handoff_expired": handoffs.handoff_expired,
    "handoff_cancelled": handoffs.handoff_cancelled,
    "handoff_escalated": handoffs.handoff_escalated,
    "shift_changed": roles.shift_changed,
    "relief_suggested": roles.relief_suggested,
    "suggestion": roles.suggestion,
    "may_release": roles.may_release,
    "help_asked": _help_asked,
    "resolved": _to_all(Kind.RESOLVED, lambda _: "Resolved"),
    "reopened": _to_all(Kind.REOPENED, lambda _: "Reopened"),
    "merged": _to_all(Kind.MERGED, lambda entry: f"Merged into #{entry.data.get('into')}"),
    "severity_changed": _to_all(
        Kind.SEVERITY_CHANGED, lambda entry: f"Severity {entry.data.get('before')} to {entry.data.get('after')}"
    ),
}
