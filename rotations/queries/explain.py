"""Why is somebody on call in a schedule at a moment, in words with names in them?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rotations.engine.effects import Finding, Who
from rotations.engine.explain import explain_at
from rotations.models import Duty, Person, Schedule
from rotations.queries.memory import Known, known
from rotations.queries.people import people_by_id
from rotations.queries.reach import require_known

AS_RECORDED = "As recorded: this is how it happened, whatever was changed since."
NOT_YET_RECORDED = "Before the record begins: computed from the versions that were in force."
RECORDED_IDS = ("rotation", "layer", "ordinal", "absence", "override", "swap")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was considered, as a sentence; moments in it are written as ISO 8601 in UTC.

    ``kind`` is one of the engine's findings, or ``recorded``. ``ids`` are those of what it is about: ``rotation``,
    ``layer``, ``ordinal``, ``person``, ``absence``, ``override``, ``swap``.
    """

    kind: str
    text: str
    ids: Mapping[str, int] = field(default_factory=dict)


def explain(schedule: Schedule, *, at: datetime) -> tuple[Reason, ...]:
    """Return why whoever is on call in ``schedule`` at ``at`` is, in the order in which it was considered.

    Of the recorded past it is the reason that was written down then. Two queries where the plan is remembered.

    Raises:
        Invalid: ``invalid`` for a moment outside the years 1970 to 2099.
    """
    require_known(at, field="at")
    of = known([schedule.pk])[schedule.pk]
    if of.recorded is not None and at in of.recorded:
        return _recorded(schedule, at)
    return _computed(of, at)


def _computed(of: Known, at: datetime) -> tuple[Reason, ...]:
    findings = explain_at(of.compiled.plan, at).findings
    people = people_by_id(word.person for finding in findings for word in finding.words if isinstance(word, Who))
    reasons = tuple(_reason(finding, people) for finding in findings)
    if of.recorded is not None and at < of.recorded.start:
        return (Reason("recorded", NOT_YET_RECORDED), *reasons)
    return reasons


def _reason(finding: Finding, people: Mapping[int, Person]) -> Reason:
    text = "".join(word if isinstance(word, str) else people[word.person].name for word in finding.words)
    ids = {name: value for name, value in finding._asdict().items() if isinstance(value, int)}
    return Reason(finding.kind, text, ids)


def _recorded(schedule: Schedule, at: datetime) -> tuple[Reason, ...]:
    rows = Duty.objects.filter(schedule=schedule, start__lte=at, end__gt=at).select_related("person")
    rows = rows.order_by("shadow", "start", "id")
    told = [Reason("recorded", AS_RECORDED), *map(_stored, rows)]
    on_call = [row.person for row in rows if row.person is not None and not row.shadow]
    names = ", ".join(person.name for person in on_call)
    if not names:
        names = "nobody, as planned" if any(row.person is None for row in rows) else "nobody, a gap"
    return (*told, Reason("answer", f"On call: {names}.", _person_id(on_call)))


def _stored(row: Duty) -> Reason:
    who = row.person.name if row.person else "Nobody"
    ids = {name: row.source[name] for name in RECORDED_IDS if row.source.get(name) is not None}
    return Reason("shadow" if row.shadow else "recorded", f"{who}: {row.because}.", ids | _person_id([row.person]))


def _person_id(people: Iterable[Person | None]) -> dict[str, int]:
    return next(({"person": person.pk} for person in people if person is not None), {})
