"""Which response plan does an incident follow? The service's, else the default, pinned as it stands now."""

from typing import Any

from oncall.incidents.models import ResponsePlan, Service
from oncall.incidents.staffing import PinnedPlan, RuleValue, SourceValue

_RULE = (
    "required_from_severity",
    "seats",
    "exclusive_group",
    "accept_within",
    "on_shift_change",
    "relief_after",
    "open_incidents_limit",
)
_NAMES = ("schedule__slug", "person__name", "team__slug", "role__name")


def plan_in_force(service: Service) -> PinnedPlan:
    """Read the plan with its rules and sources in one query; archived roles are left out.

    An installation without a default plan gets one without rules: declaring never fails because of roles.
    """
    plan = {"pk": service.response_plan_id} if service.response_plan_id else {"is_default": True}
    rows = list(
        ResponsePlan.objects.filter(**plan)
        .order_by("rules__position", "rules__id", "rules__sources__position", "rules__sources__id")
        .values(
            "slug",
            "name",
            *(f"rules__{name}" for name in ("id", "role__id", "role__slug", "role__name", "role__archived_at", *_RULE)),
            *(f"rules__sources__{name}" for name in ("id", "kind", "schedule__id", "schedule__slug")),
            *(f"rules__sources__{name}" for name in ("person__id", "person__name", "team__id", "team__slug")),
            *(f"rules__sources__role__{name}" for name in ("id", "name")),
        )
    )
    if not rows:
        return PinnedPlan()
    by_rule: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row["rules__id"] is not None and row["rules__role__archived_at"] is None:
            by_rule.setdefault(row["rules__id"], []).append(row)
    return PinnedPlan(rows[0]["slug"], rows[0]["name"], tuple(_rule(found) for found in by_rule.values()))


def _rule(rows: list[dict[str, Any]]) -> RuleValue:
    first = rows[0]
    return RuleValue(
        role=first["rules__role__id"],
        slug=first["rules__role__slug"],
        name=first["rules__role__name"],
        sources=tuple(_source(row) for row in rows if row["rules__sources__id"] is not None),
        **{name: first[f"rules__{name}"] for name in _RULE},
    )


def _source(row: dict[str, Any]) -> SourceValue:
    return SourceValue(
        kind=row["rules__sources__kind"],
        schedule=row["rules__sources__schedule__id"],
        person=row["rules__sources__person__id"],
        team=row["rules__sources__team__id"],
        role=row["rules__sources__role__id"],
        name=next((row[f"rules__sources__{name}"] for name in _NAMES if row[f"rules__sources__{name}"]), ""),
    )
