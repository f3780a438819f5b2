"""How are the sources of a role written in a form? One line each, asked in order; a script makes them draggable."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from oncall.incidents.models import RuleSource, SourceKind
from rotations.models import Person, Schedule

WORDS = {
    SourceKind.ON_CALL: "on call",
    SourceKind.NEXT_ON_CALL: "next on call",
    SourceKind.FIRST_TO_JOIN: "first to join",
    SourceKind.DECLARER: "declarer",
    SourceKind.PERSON: "person",
}
KINDS = {words: kind for kind, words in WORDS.items()}
OF_A_SCHEDULE = {SourceKind.ON_CALL, SourceKind.NEXT_ON_CALL}


class SourceRead(NamedTuple):
    """One source as a form says it; whether the kind fits what it names is for the service to say."""

    kind: SourceKind
    schedule: Schedule | None
    person: Person | None


def sources_text(sources: Iterable[RuleSource]) -> str:
    """Return one line such as ``on call: payments-primary`` for each source, in order."""
    return "\n".join(_written(source) for source in sources)


def _written(source: RuleSource) -> str:
    words = WORDS[SourceKind(source.kind)]
    if source.schedule is not None:
        return f"{words}: {source.schedule.slug}"
    return f"{words}: {source.person.email}" if source.person is not None else words


def read_sources(text: str) -> list[SourceRead]:
    """Return the sources that ``text`` writes down, in two queries at any number.

    Raises:
        ValidationError: one for each line: ``unknown_kind``, ``unknown_schedule``, ``unknown_person``.
    """
    lines = [_split(line) for line in text.splitlines() if line.strip()]
    schedules = {each.slug: each for each in Schedule.objects.filter(slug__in={name for _kind, name in lines})}
    people = {each.email: each for each in Person.objects.filter(email__in={name.lower() for _kind, name in lines})}
    sources, problems = [], []
    for number, (words, name) in enumerate(lines, start=1):
        kind = KINDS.get(words)
        schedule = schedules.get(name) if kind in OF_A_SCHEDULE else None
        person = people.get(name.lower()) if kind is SourceKind.PERSON else None
        if problem := _problem(kind, words, name, schedule, person):
            problems.append(ValidationError(f"Line {number}: {problem[1]}", code=problem[0]))
        elif kind is not None:
            sources.append(SourceRead(kind, schedule, person))
    if problems:
        raise ValidationError(problems)
    return sources


def _split(line: str) -> tuple[str, str]:
    words, _colon, name = line.partition(":")
    return " ".join(words.lower().split()), name.strip()


def _problem(
    kind: SourceKind | None, words: str, name: str, schedule: Schedule | None, person: Person | None
) -> tuple[str, str] | None:
    if kind is None:
        return "unknown_kind", f"“{words}” is none of {', '.join(KINDS)}."
    if kind in OF_A_SCHEDULE and schedule is None:
        return "unknown_schedule", f"there is no schedule “{name}”." if name else "name a schedule after a colon."
    if kind is SourceKind.PERSON and person is None:
        return "unknown_person", f"nobody has the e-mail address “{name}”." if name else "name a person after a colon."
    return None


class SourcesWidget(forms.Textarea):
    """A text area of lines; with scripts, a list to drag of what is asked and where."""

    class Media:
        css = {"all": ("rotations/admin/oncall.css",)}
        js = ("rotations/admin/lines.js", "incidents/admin/sources.js")

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 4, "cols": 60, "spellcheck": "false"})

    def offer(self, schedules: Sequence[Schedule], people: Sequence[Person]) -> None:
        """Offer these to choose from."""
        self.attrs["data-sources"] = json.dumps(
            {
                "schedules": [[each.slug, each.name] for each in schedules],
                "people": [[each.email, each.name] for each in people],
            }
        )


class SourcesField(forms.CharField):
    """Where the people of a role are looked for, in order. Cleans to a list of ``SourceRead``."""

    widget = SourcesWidget

    def clean(self, value: Any) -> Any:
        return read_sources(super().clean(value))
