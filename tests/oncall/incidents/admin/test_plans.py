"""Services, roles and response plans in the admin."""

import pytest
from django.test import Client

from oncall.incidents.models import ResponsePlan, Role, RoleRule, Service
from rotations.models import Person
from tests.admin_forms import errors, opened, page_for, page_of, refused, send, signed_in, stored
from tests.factories.incidents import (
    FIRST_TO_JOIN,
    holder_of,
    member_of,
    named,
    on_call_in,
    response_plan,
    role,
    rule,
    service,
)
from tests.factories.rotations import administrator, person, schedule, team

pytestmark = pytest.mark.django_db

KINDS = "on call, next on call, first to join, declarer, person, team, holder of"

ONE_RULE = {
    "rules-TOTAL_FORMS": "1",
    "rules-0-required_from_severity": "3",
    "rules-0-seats": "1",
    "rules-0-position": "0",
    "rules-0-accept_within": "00:05:00",
    "rules-0-relief_after": "04:00:00",
    "rules-0-on_shift_change": "keep",
}


@pytest.fixture
def root() -> Client:
    return signed_in(administrator())


def rules_of(plan: ResponsePlan) -> list[tuple[str, list[str]]]:
    return [(each.role.slug, [str(source) for source in each.sources.all()]) for each in plan.rules.all()]


def test_one_form_makes_a_plan_with_its_roles_and_ordered_sources(root):
    ada = person("Ada")
    primary = schedule("payments-primary", name="Primary")
    sources = (
        f"on call: {primary.slug}\nNext on call :{primary.slug}\n\nfirst to join\nperson: {ada.email.upper()}\n"
        f"team: {primary.team.slug}\nholder of: {role('scribe').slug}\n"
    )

    send(
        root,
        page_for(ResponsePlan),
        name="All hands",
        slug="all-hands",
        **ONE_RULE,
        **{"rules-0-role": role("lead").pk, "rules-0-sources": sources},
    )

    plan = ResponsePlan.objects.get(slug="all-hands")
    assert rules_of(plan) == [
        (
            "lead",
            [
                "Who is on call in a schedule: Primary",
                "Who is next on call in a schedule: Primary",
                "Who joins first: anyone",
                "A person: Ada",
                "The least-loaded member of a team: Payments primary team",
                "Who holds another role: Scribe",
            ],
        )
    ]


def test_the_sources_of_a_rule_come_back_as_they_were_written(root):
    sources = (on_call_in(schedule()), FIRST_TO_JOIN, named(person("Ada")), member_of(team()), holder_of("scribe"))
    plan = response_plan([rule("lead", *sources)])

    fields = opened(root, page_of(plan))

    assert fields["rules-0-sources"].splitlines() == [
        "on call: payments-primary",
        "first to join",
        "person: ada@example.test",
        "team: payments",
        "holder of: scribe",
    ]


def test_rules_are_kept_in_the_order_of_their_numbers_and_taken_out_when_ticked(root):
    plan = response_plan([rule("lead"), rule("scribe"), rule("comms")])

    send(root, page_of(plan), **{"rules-0-position": "9", "rules-1-DELETE": "on"})

    assert [slug for slug, _sources in rules_of(plan)] == ["comms", "lead"]


def test_a_new_rule_comes_last_until_it_gets_a_number(root):
    plan = response_plan([rule("lead"), rule("scribe")])
    third = {name.replace("-0-", "-2-"): value for name, value in ONE_RULE.items()}

    send(root, page_of(plan), **{**third, "rules-TOTAL_FORMS": "3", "rules-2-role": role("comms").pk})

    assert [slug for slug, _sources in rules_of(plan)] == ["lead", "scribe", "comms"]


def test_a_plan_saved_without_a_change_keeps_its_rules(root):
    plan = response_plan([rule("lead", FIRST_TO_JOIN)])
    before = stored()

    send(root, page_of(plan))

    assert stored() == before


def test_bad_sources_are_errors_of_their_rule_and_nothing_is_written(root):
    before = stored()
    address = page_for(ResponsePlan)
    fields = opened(root, address) | ONE_RULE | {"name": "Plan", "slug": "plan-b", "rules-0-role": role().pk}
    lines = (
        "on call: nowhere\non call\nperson: zoe@example.test\nperson\nastrology: stars\n"
        "team: nobodies\nteam\nholder of: jester\nholder of:"
    )

    answer = root.post(address, {**fields, "rules-0-sources": lines})

    assert answer.context["inline_admin_formsets"][0].formset.errors == [
        {
            "sources": [
                "Line 1: there is no schedule “nowhere”.",
                "Line 2: name a schedule after a colon.",
                "Line 3: nobody has the e-mail address “zoe@example.test”.",
                "Line 4: name a person after a colon.",
                f"Line 5: “astrology” is none of {KINDS}.",
                "Line 6: there is no team “nobodies”.",
                "Line 7: name a team after a colon.",
                "Line 8: there is no role “jester”.",
                "Line 9: name a role after a colon.",
            ]
        }
    ]
    assert stored() == before


def test_a_plan_with_two_rules_for_one_role_is_refused(root):
    plan = response_plan([rule("lead"), rule("scribe")])
    before = stored()

    answer = send(root, page_of(plan), **{"rules-1-role": role("lead").pk})

    assert answer.status_code == 200
    assert stored() == before


def test_a_new_default_takes_the_place_of_the_old_one(root):
    checkout = service(slug="checkout")

    send(root, page_of(checkout), is_default="on")

    assert [*Service.objects.filter(is_default=True)] == [checkout]


def test_one_service_and_one_plan_stay_the_default(root):
    before = stored()

    cases = {"no default": {"is_default": None}}
    of_services = refused(root, page_of(Service.objects.get(is_default=True)), cases)
    of_plans = refused(root, page_of(ResponsePlan.objects.get(is_default=True)), cases)

    needed = {"is_default": ["One has to be the default: make another one it instead."]}
    assert [of_services, of_plans] == [{"no default": needed}] * 2
    assert stored() == before


def test_managers_change_services_and_plans_of_their_team_and_no_others():
    manager = person("Manager")
    payments, web = team("payments", managers=[manager]), team("web")
    own, foreign, nobodys = (
        service(slug="own", team=payments),
        service(slug="foreign", team=web),
        service(slug="general-2"),
    )
    own_plan = response_plan([rule("lead")], slug="own-plan", team=payments)
    foreign_plan = response_plan([rule("lead")], slug="foreign-plan", team=web)
    browser = signed_in(Person.objects.get(pk=manager.pk))

    changed = send(browser, page_of(own), name="Renamed")
    ruled = send(browser, page_of(own_plan), **{"rules-0-sources": "declarer"})
    before = stored()
    refusals = [
        browser.post(page_of(each), {"name": "Taken over"}).status_code for each in (foreign, nobodys, foreign_plan)
    ]
    given_away = send(browser, page_of(own), team=web.pk)
    unowned = send(browser, page_for(Service), name="New", slug="new", team="")

    assert (changed.status_code, ruled.status_code) == (302, 302)
    assert rules_of(own_plan) == [("lead", ["Who declared the incident: anyone"])]
    assert refusals == [403, 403, 403]
    assert errors(given_away) == {"team": ["Select a valid choice. That choice is not one of the available choices."]}
    assert errors(unowned) == {"team": ["This field is required."]}
    assert stored() == before


def test_managers_do_not_choose_the_default():
    manager = person("Manager")
    own = service(slug="own", team=team("payments", managers=[manager]))
    browser = signed_in(Person.objects.get(pk=manager.pk))

    send(browser, page_of(own), is_default="on")

    assert [each.slug for each in Service.objects.filter(is_default=True)] == ["general"]


def test_roles_are_archived_and_used_again(root):
    scribe = role("scribe")

    root.post(page_of(scribe, "archive"))
    archived = Role.objects.get(pk=scribe.pk).archived_at is not None
    root.post(page_of(scribe, "restore"))

    assert archived
    assert Role.objects.get(pk=scribe.pk).archived_at is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_plans_costs_the_same_for_one_and_three(root, count, django_assert_num_queries):
    for n in range(count):
        response_plan([rule("lead"), rule("scribe")], slug=f"plan-{n}")
    root.get(page_for(ResponsePlan, "changelist"))

    with django_assert_num_queries(8):
        root.get(page_for(ResponsePlan, "changelist"))

    assert RoleRule.objects.count() == 2 * count + 1
