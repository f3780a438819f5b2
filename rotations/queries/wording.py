"""Why was somebody on call, in words? With the names as they are when it is asked, which is when duty is recorded."""

from collections.abc import Iterable, Mapping

from rotations.engine.terms import Plan, Source, Step
from rotations.models import Absence, Override, Schedule, ScheduleChange, Swap

LONGEST = 500


class Wording:
    """Puts reasons into words: ``turn 41 of Primary, override 12 by Ada: dentist``; no query where all are turns."""

    def __init__(self, schedule: Schedule, plan: Plan, sources: Iterable[Source], silences: Iterable[int]) -> None:
        sources = list(sources)
        steps = {step for source in sources for step in source.chain} | {Step("override", pk) for pk in silences}
        self._names = {rotation.id: rotation.name for rotation in plan.rotations}
        self._steps = _words_of_overrides(schedule, steps) | _words_of_swaps(steps)
        self._absences = _words_of_absences({source.absence for source in sources if source.absence is not None})

    def of(self, source: Source) -> str:
        """Return why somebody is on call."""
        parts = [] if source.ordinal is None else [f"turn {source.ordinal} of {self.name_of(source)}"]
        if source.absence is not None:
            parts.append(self._absences.get(source.absence, f"absence {source.absence}"))
        parts += [self._step(step) for step in source.chain]
        return ", ".join(parts)[:LONGEST]

    def of_silence(self, override: int) -> str:
        """Return why nobody is, as planned."""
        return f"planned silence, {self._step(Step('override', override))}"[:LONGEST]

    def name_of(self, source: Source) -> str:
        """Return the name of the rotation that is served, empty where none is."""
        return "" if source.rotation is None else self._names.get(source.rotation, "")

    def _step(self, step: Step) -> str:
        return self._steps.get(step, f"{step.kind} {step.id}")


def _words_of_overrides(schedule: Schedule, steps: Iterable[Step]) -> dict[Step, str]:
    ids = {step.id for step in steps if step.kind == "override"}
    if not ids:
        return {}
    added = ScheduleChange.objects.filter(schedule=schedule, what="override_added", after__override__in=ids)
    actors = {change.after["override"]: change.actor_name for change in added if change.after is not None}
    return {Step("override", pk): _override(row, actors) for pk, row in Override.objects.in_bulk(ids).items()}


def _override(row: Override, actors: Mapping[int, str]) -> str:
    by = f" by {actors[row.pk]}" if actors.get(row.pk) else ""
    return f"override {row.pk}{by}" + (f": {row.reason}" if row.reason else "")


def _words_of_swaps(steps: Iterable[Step]) -> dict[Step, str]:
    ids = {step.id for step in steps if step.kind == "swap"}
    rows = Swap.objects.select_related("person", "replaces").in_bulk(ids) if ids else {}
    return {
        Step("swap", pk): f"swap {pk}, {row.person} for {row.replaces}" + (f": {row.reason}" if row.reason else "")
        for pk, row in rows.items()
    }


def _words_of_absences(ids: Iterable[int]) -> dict[int, str]:
    rows = Absence.objects.select_related("person").in_bulk(ids) if ids else {}
    return {pk: f"instead of {row.person}, who is away" for pk, row in rows.items()}
