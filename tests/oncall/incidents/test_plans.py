"""What is configured before an incident: roles, services, response plans, and what is there from the start."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from oncall.incidents.models import ResponsePlan, Role, RoleRule, RuleSource, Service
from oncall.incidents.services import plans
from oncall.incidents.services.defaults import ensure_defaults
from oncall.incidents.services.pinning import plan_in_force
from oncall.incidents.services.plans import PlanDraft, RuleDraft, SourceDraft
from oncall.incidents.staffing import PinnedPlan, RuleValue, SourceValue
from rotations.actors import Actor
from rotations.errors import Invalid, NotPermitted, Refusal
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, named, on_call_in, response_plan, role, rule, service
from tests.factories.rotations import person, schedule, team
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


def code_of(call: Any, *args: Any, **more: Any) -> str:
    with pytest.raises((Refusal, ValidationError)) as refusal:
        call(*args, **more)
    if isinstance(refusal.value, Refusal):
        return refusal.value.code
    assert isinstance(refusal.value, ValidationError)
    return str(next(error.code for errors in refusal.value.error_dict.values() for error in errors))


def test_a_plan_is_saved_whole_and_read_in_the_order_in_which_it_was_written():
    ada, primary = person("Ada"), schedule("primary")
    lead = rule("lead", on_call_in(primary), named(ada), FIRST_TO_JOIN, accept_within=timedelta(minutes=2))
    scribe = rule("scribe", required_from_severity=2, seats=2, exclusive_group="hands", open_incidents_limit=3)

    checkout = service(lead, scribe)

    assert plan_in_force(checkout) == PinnedPlan(
        "checkout-plan",
        "Checkout-plan",
        (
            RuleValue(
                role("lead").pk,
                "lead",
                "Lead",
                required_from_severity=5,
                accept_within=timedelta(minutes=2),
                sources=(
                    SourceValue("on_call", schedule=primary.pk, name="primary"),
                    SourceValue("person", person=ada.pk, name="Ada"),
                    SourceValue("first_to_join"),
                ),
            ),
            RuleValue(
                role("scribe").pk,
                "scribe",
                "Scribe",
                required_from_severity=2,
                seats=2,
                exclusive_group="hands",
                open_incidents_limit=3,
            ),
        ),
    )


def test_saving_a_plan_again_replaces_its_rules():
    checkout = service(rule("lead", FIRST_TO_JOIN), rule("scribe", FIRST_TO_JOIN))
    plan = checkout.response_plan
    assert plan is not None

    draft = PlanDraft("payments", "Payments", rules=[rule("scribe", FIRST_TO_JOIN), rule("lead")])
    saved = plans.save_response_plan(plan, draft=draft, by=SYSTEM, now=NIGHT)

    assert (saved, saved.name) == (plan, "Payments")
    assert [one.slug for one in plan_in_force(checkout).rules] == ["scribe", "lead"]
    assert RuleSource.objects.filter(rule__plan=plan).count() == 1


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (["lead", "lead"], "role_twice"),
        ([{"seats": 0}], "min_value"),
        ([{"required_from_severity": 6}], "max_value"),
        ([{"on_shift_change": "maybe"}], "invalid_choice"),
        ([{"sources": [SourceDraft("on_call")]}], "source_does_not_fit_kind"),
        ([{"sources": [SourceDraft("person")]}], "source_does_not_fit_kind"),
        ([{"sources": [SourceDraft("team")]}], "source_does_not_fit_kind"),
        ([{"sources": [SourceDraft("role_holder")]}], "source_does_not_fit_kind"),
        ([{"sources": [SourceDraft("telepathy")]}], "invalid_choice"),
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused_and_leaves_no_trace(rules: list[Any], code: str):
    lead = role().pk
    drafts = [RuleDraft(lead) if isinstance(fields, str) else RuleDraft(lead, **fields) for fields in rules]
    before = (ResponsePlan.objects.count(), RoleRule.objects.count())

    draft = PlanDraft("payments", "Payments", rules=drafts)

    assert code_of(plans.save_response_plan, None, draft=draft, by=SYSTEM, now=NIGHT) == code
    assert (ResponsePlan.objects.count(), RoleRule.objects.count()) == before


def test_a_service_without_a_plan_uses_the_default_one():
    mine = service(slug="mine", response_plan=response_plan([rule("scribe")], slug="scribes"))
    plain = service(slug="plain")

    assert [[one.slug for one in plan_in_force(row).rules] for row in (mine, plain)] == [["scribe"], ["lead"]]


def test_a_new_default_takes_the_place_of_the_old_one_which_cannot_just_stop():
    service(slug="checkout", is_default=True)
    response_plan([rule("scribe")], slug="scribes", is_default=True)
    checkout, scribes = Service.objects.get(is_default=True), ResponsePlan.objects.get(is_default=True)
    stops: dict[str, Any] = {"slug": "checkout", "name": "Checkout", "team": None, "response_plan": None}
    draft = PlanDraft("scribes", "Scribes")

    assert (checkout.slug, scribes.slug) == ("checkout", "scribes")
    assert [
        code_of(plans.edit_service, checkout, **stops, is_default=False, by=SYSTEM, now=NIGHT),
        code_of(plans.save_response_plan, scribes, draft=draft, by=SYSTEM, now=NIGHT),
        code_of(plans.delete_response_plan, scribes, by=SYSTEM, now=NIGHT),
    ] == ["default_needed"] * 3


def test_deleting_a_plan_leaves_its_services_with_the_default_one():
    checkout = service(rule("scribe"))
    plan = checkout.response_plan
    assert plan is not None

    plans.delete_response_plan(plan, by=SYSTEM, now=NIGHT)

    checkout.refresh_from_db()
    assert (checkout.response_plan, [one.slug for one in plan_in_force(checkout).rules]) == (None, ["lead"])


def test_a_restored_role_is_required_again():
    checkout = service(rule("lead"), rule("scribe"))
    plans.archive_role(role("scribe"), by=SYSTEM, now=NIGHT)
    archived = [one.slug for one in plan_in_force(checkout).rules]

    plans.restore_role(role("scribe"), by=SYSTEM, now=NIGHT)

    assert (archived, [one.slug for one in plan_in_force(checkout).rules]) == (["lead"], ["lead", "scribe"])


def test_a_role_is_renamed():
    plans.edit_role(role(), name="Commander", by=SYSTEM, now=NIGHT)

    assert Role.objects.filter(slug="lead").values_list("name", flat=True).get() == "Commander"


@pytest.fixture
def cast() -> dict[str, Actor]:
    """A manager and a member of payments, and a manager of another team."""
    manager, member, other = person("Manager"), person("Member"), person("Other")
    team("payments", managers=[manager], members=[member])
    team("search", managers=[other])
    return {who.name: Actor.of_person(who) for who in (manager, member, other)}


def test_only_a_teams_managers_configure_what_is_the_teams(cast: dict[str, Actor]):
    payments = team("ledger", managers=[cast["Manager"].person], members=[cast["Member"].person])  # type: ignore[list-item]
    plan = response_plan(slug="ledger", team=payments)
    row = service(slug="ledger", team=payments)
    fields: dict[str, Any] = {"slug": "ledger", "name": "Ledger", "response_plan": plan, "is_default": False}
    draft = PlanDraft("ledger", "Ledger", payments)

    answers = {}
    for name, actor in cast.items():
        try:
            plans.edit_service(row, **fields, team=payments, by=actor, now=NIGHT)
            plans.save_response_plan(plan, draft=draft, by=actor, now=NIGHT)
        except NotPermitted:
            answers[name] = "refused"
        else:
            answers[name] = "done"

    assert answers == {"Manager": "done", "Member": "refused", "Other": "refused"}
    assert [
        code_of(plans.edit_service, row, **fields, team=None, by=cast["Manager"], now=NIGHT),
        code_of(plans.edit_service, row, **fields | {"is_default": True}, team=payments, by=cast["Manager"], now=NIGHT),
        code_of(plans.add_role, slug="x", name="X", by=cast["Manager"], now=NIGHT),
        code_of(plans.edit_role, role(), name="X", by=cast["Manager"], now=NIGHT),
        code_of(plans.archive_role, role(), by=cast["Manager"], now=NIGHT),
    ] == ["not_permitted"] * 5


# ── from the start ──


def test_a_new_database_can_take_an_incident_and_asking_again_adds_nothing():
    before = _everything()

    ensure_defaults()

    assert before == {"plans": ["default"], "services": ["general"], "roles": ["lead"]}
    assert _everything() == before


def test_what_was_configured_is_left_alone():
    service(slug="checkout", is_default=True)
    response_plan([rule("scribe")], slug="scribes", is_default=True)
    with arranging():
        ResponsePlan.objects.filter(slug="default").delete()
        Role.objects.filter(slug="lead").delete()

    call_command("migrate", verbosity=0)

    assert _everything() == {"plans": ["scribes"], "services": ["checkout", "general"], "roles": ["scribe"]}


def test_names_that_are_taken_do_not_stop_the_defaults():
    with arranging():
        ResponsePlan.objects.update(is_default=False)
        Service.objects.update(is_default=False)

    ensure_defaults()

    assert _everything() == {
        "plans": ["default", "default-2"],
        "services": ["general", "general-2"],
        "roles": ["lead"],
    }


def test_a_default_that_is_needed_says_so_in_its_field():
    general = Service.objects.get(is_default=True)

    with pytest.raises(Invalid) as refusal:
        plans.edit_service(
            general,
            slug="general",
            name="General",
            team=None,
            response_plan=None,
            is_default=False,
            by=SYSTEM,
            now=NIGHT,
        )

    assert (refusal.value.code, refusal.value.field) == ("default_needed", "is_default")


def _everything() -> dict[str, list[str]]:
    return {
        "plans": sorted(ResponsePlan.objects.values_list("slug", flat=True)),
        "services": sorted(Service.objects.values_list("slug", flat=True)),
        "roles": sorted(Role.objects.values_list("slug", flat=True)),
    }
