"""How are the sources of a role written in a form? One line each, asked in order; a script makes them draggable."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model

from oncall.incidents.models import Role, RuleSource, SourceKind
from oncall.incidents.services.plans import SourceDraft
from rotations.models import Person, Schedule, Team

WORDS = {
    SourceKind.ON_CALL: "on call",
    SourceKind.NEXT_ON_CALL: "next on call",
    SourceKind.FIRST_TO_JOIN: "first to join",
    SourceKind.DECLARER: "declarer",
    SourceKind.PERSON: "person",
    SourceKind.TEAM: "team",
    SourceKind.ROLE_HOLDER: "holder of",
}
KINDS = {words: kind for kind, words in WORDS.items()}


class Named(NamedTuple):
    """What a kind of source names: a field of the source, and how its rows are written down."""

    field: str
    model: type[Model]
    key: str
    code: str
    unknown: str


_SCHEDULE = Named("schedule", Schedule, "slug", "unknown_schedule", "there is no schedule “{}”.")
NAMED = {
    SourceKind.ON_CALL: _SCHEDULE,
    SourceKind.NEXT_ON_CALL: _SCHEDULE,
    SourceKind.PERSON: Named("person", Person, "email", "unknown_person", "nobody has the e-mail address “{}”."),
    SourceKind.TEAM: Named("team", Team, "slug", "unknown_team", "there is no team “{}”."),
    SourceKind.ROLE_HOLDER: Named("role", Role, "slug", "unknown_role", "there is no role “{}”."),
}


class Line(NamedTuple):
    """One line of the text: the kind if its words are known, and the name behind the colon."""

    words: str
    kind: SourceKind | None
    name: str


def sources_text(sources: Iterable[RuleSource]) -> str:
    """Return one line such as ``on call: payments-primary`` for each source, in order."""
    return "\n".join(_written(source) for source in sources)


def _written(source: RuleSource) -> str:
    kind = SourceKind(source.kind)
    if (named := NAMED.get(kind)) is None:
        return WORDS[kind]
    return f"{WORDS[kind]}: {getattr(getattr(source, named.field), named.key)}"


def read_sources(text: str) -> list[SourceDraft]:
    """Return the sources that ``text`` writes down, in a query for each kind of thing that is named, at any number.

    Raises:
        ValidationError: one for each line: ``unknown_kind``, ``unknown_schedule``, ``unknown_person``,
            ``unknown_team``, ``unknown_role``.
    """
    lines = [_split(line) for line in text.splitlines() if line.strip()]
    known = {named: _known(named, lines) for line in lines if line.kind and (named := NAMED.get(line.kind))}
    sources, problems = [], []
    for number, line in enumerate(lines, start=1):
        named = NAMED.get(line.kind) if line.kind else None
        row = known[named].get(_key(named, line.name)) if named else None
        if problem := _problem(line, named, row):
            problems.append(ValidationError(f"Line {number}: {problem[1]}", code=problem[0]))
        else:
            sources.append(SourceDraft(KINDS[line.words], **({named.field: row} if named else {})))
    if problems:
        raise ValidationError(problems)
    return sources


def _split(line: str) -> Line:
    before, _colon, name = line.partition(":")
    words = " ".join(before.lower().split())
    return Line(words, KINDS.get(words), name.strip())


def _known(named: Named, lines: Iterable[Line]) -> dict[str, int]:
    names = {_key(named, line.name) for line in lines if line.kind and NAMED.get(line.kind) is named}
    rows = named.model._default_manager.filter(**{f"{named.key}__in": names})
    return dict(rows.values_list(named.key, "pk"))


def _key(named: Named, name: str) -> str:
    return name.lower() if named.key == "email" else name


def _problem(line: Line, named: Named | None, row: int | None) -> tuple[str, str] | None:
    if line.kind is None:
        return "unknown_kind", f"“{line.words}” is none of {', '.join(KINDS)}."
    if named is None or row is not None:
        return None
    return named.code, named.unknown.format(line.name) if line.name else f"name a {named.field} after a colon."


class SourcesWidget(forms.Textarea):
    """A text area of lines; with scripts, a list to drag of what is asked and where."""

    class Media:
        css = {"all": ("rotations/admin/oncall.css",)}
        js = ("rotations/admin/lines.js", "incidents/admin/sources.js")

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 4, "cols": 60, "spellcheck": "false"})

    def offer(
        self, schedules: Iterable[Schedule], people: Iterable[Person], teams: Iterable[Team], roles: Iterable[Role]
    ) -> None:
        """Offer these to choose from."""
        self.attrs["data-sources"] = json.dumps(
            {
                "schedules": [[each.slug, each.name] for each in schedules],
                "people": [[each.email, each.name] for each in people],
                "teams": [[each.slug, each.name] for each in teams],
                "roles": [[each.slug, each.name] for each in roles],
            }
        )


class SourcesField(forms.CharField):
    """Where the people of a role are looked for, in order. Cleans to a list of ``SourceDraft``."""

    widget = SourcesWidget

    def clean(self, value: Any) -> Any:
        return read_sources(super().clean(value))
