"""Why does somebody hold a role, or nobody? Every span of a role in words, with everybody who was considered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oncall.incidents.models import Handoff
from oncall.incidents.queries import Explanation, Taken
from oncall.incidents.wording import sentence, vacant_words
from oncall.pages.told import HandedOver, told_by


@dataclass(frozen=True, slots=True)
class Considered:
    """Somebody who was a candidate; ``words`` say where they were found, and why they were passed over if they were."""

    words: str
    is_chosen: bool
    counts: str


@dataclass(frozen=True, slots=True)
class Span:
    """Who held a seat over ``[since, until)``, or nobody: ``words`` say why, ``ended`` how it ended."""

    seat: int
    who: str
    state: str
    since: datetime
    until: datetime | None
    words: str
    ended: str
    considered: tuple[Considered, ...]
    told: HandedOver | None

    @property
    def was_weighed(self) -> bool:
        """Return whether there was anybody to choose among: of one candidate, ``words`` say it all."""
        return len(self.considered) > 1 or not all(one.is_chosen for one in self.considered)


def spans_in_words(explained: Iterable[Explanation], taken: Mapping[Taken, Handoff]) -> list[Span]:
    """Return the spans that go on first, then the latest; those of a seat stay in order.

    ``taken`` are the handoffs by which some of them began.
    """
    spans = [_span(one, taken) for one in explained]
    return [one for one in spans if one.until is None] + [one for one in reversed(spans) if one.until is not None]


def _span(one: Explanation, taken: Mapping[Taken, Handoff]) -> Span:
    begun_by = taken.get(Taken(one.role_slug, one.seat, one.person.pk, one.since)) if one.person else None
    note = f": {one.end_note}" if one.end_note else ""
    return Span(
        seat=one.seat,
        who=one.person.name if one.person else "",
        state=one.state or "vacant",
        since=one.since,
        until=one.ended_at,
        words=sentence(one.because) if one.person else vacant_words(one.because),
        ended=f"{one.end_reason.replace('_', ' ')}{note}" if one.end_reason else "",
        considered=tuple(_considered(line) for line in one.evidence),
        told=told_by(begun_by),
    )


def _considered(line: Mapping[str, Any]) -> Considered:
    return Considered(line["words"], line["passed_over"] is None, _counts(line))


def _counts(line: Mapping[str, Any]) -> str:
    """Return what ties are broken by, where there is something to say."""
    accepted, load = line.get("accepted_in_30_days", 0), line.get("open_incidents", 0)
    often = "once" if accepted == 1 else f"{accepted} times"
    said = (
        f"accepted it {often} in 30 days" if accepted else "",
        f"serves in {load} other incident{'' if load == 1 else 's'}" if load else "",
        "named by the sender" if line.get("hinted") else "",
    )
    return ", ".join(filter(None, said))
