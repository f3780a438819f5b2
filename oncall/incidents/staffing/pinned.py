"""What does a response plan say? The plan as a value: pinned in the incident as it stood when declared."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal, Self

SourceKind = Literal["on_call", "next_on_call", "first_to_join", "declarer", "person", "team", "role_holder"]
OnShiftChange = Literal["keep", "offer"]


@dataclass(frozen=True, slots=True)
class SourceValue:
    """One place to look for people. ``name`` says it in the evidence: the slug of a schedule or team, else a name.

    Plans that were pinned before there were teams and roles among the sources name neither.
    """

    kind: SourceKind
    schedule: int | None = None
    person: int | None = None
    name: str = ""
    team: int | None = None
    role: int | None = None


@dataclass(frozen=True, slots=True)
class RuleValue:
    """When a role is needed and who is asked for it, in order.

    A role outside the plan has a rule too, with no sources and ``required_from_severity`` 0: never required.
    """

    role: int
    slug: str
    name: str
    required_from_severity: int = 0
    seats: int = 1
    exclusive_group: str = ""
    accept_within: timedelta = timedelta(minutes=5)
    on_shift_change: OnShiftChange = "keep"
    relief_after: timedelta = timedelta(hours=4)
    open_incidents_limit: int | None = None
    sources: tuple[SourceValue, ...] = ()

    @property
    def waits_for_who_joins(self) -> bool:
        return any(source.kind == "first_to_join" for source in self.sources)

    @property
    def asks_a_holder(self) -> bool:
        """Say whether somebody is found only once another role is filled."""
        return any(source.kind == "role_holder" and source.role != self.role for source in self.sources)

    @property
    def schedules(self) -> tuple[int, ...]:
        """The schedules in which people are looked for, each once, in the order in which they are asked."""
        asked = [source.schedule for source in self.sources if source.schedule is not None]
        return tuple(dict.fromkeys(asked))

    def is_required_at(self, severity: int) -> bool:
        return severity <= self.required_from_severity

    def to_json(self) -> dict[str, Any]:
        """Return plain values; spans of time as seconds."""
        return asdict(self) | {
            "accept_within": self.accept_within.total_seconds(),
            "relief_after": self.relief_after.total_seconds(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(
            **dict(value)
            | {
                "accept_within": timedelta(seconds=value["accept_within"]),
                "relief_after": timedelta(seconds=value["relief_after"]),
                "sources": tuple(SourceValue(**source) for source in value["sources"]),
            }
        )


@dataclass(frozen=True, slots=True)
class PinnedPlan:
    """A response plan; its rules are in the order in which roles are filled. Without rules nobody is asked."""

    slug: str = ""
    name: str = ""
    rules: tuple[RuleValue, ...] = ()

    def required_at(self, severity: int) -> tuple[RuleValue, ...]:
        return tuple(rule for rule in self.rules if rule.is_required_at(severity))

    def rule_of(self, role: int) -> RuleValue | None:
        return next((rule for rule in self.rules if rule.role == role), None)

    def to_json(self) -> dict[str, Any]:
        return {"slug": self.slug, "name": self.name, "rules": [rule.to_json() for rule in self.rules]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` wrote; an empty mapping is the plan without rules."""
        rules = tuple(RuleValue.from_json(rule) for rule in value.get("rules", ()))
        return cls(value.get("slug", ""), value.get("name", ""), rules)
