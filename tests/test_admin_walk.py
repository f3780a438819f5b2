"""Every registered admin is walked through, form by form and verb by verb, while the write guard watches."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from oncall.access.models import ApiToken
from oncall.incidents.models import Delivery, Incident, Integration, ResponsePlan, Role, Service
from oncall.notices.models import Endpoint, Message
from rotations.models import Absence, AbsenceFeed, CalendarLink, Override, Person, Rotation, Schedule, Swap, Team
from tests.admin_forms import page_for, page_of, send, signed_in, stored
from tests.factories.incidents import incident, role
from tests.factories.notices import message
from tests.factories.rotations import administrator, person, schedule, weekly_rotation

pytestmark = [pytest.mark.django_db, pytest.mark.long]

# Django-celery-beat keeps its own tables.
OTHERS = {"django_celery_beat"}


def in_two_days(**later: int) -> str:
    return (timezone.now() + timedelta(days=2, **later)).strftime("%Y-%m-%dT%H:%M")


def swap_typed() -> dict[str, Any]:
    ada = person()
    rotation = weekly_rotation(schedule(), [ada])
    return {"rotation": rotation.pk, "at": in_two_days(), "replaces": ada.pk, "person": person("Bo").pk}


# What a person types into each form: to add a row, and to change it. None: nobody adds, or changes, one here.
TYPED: dict[type[Model], tuple[Callable[[], dict[str, Any]] | None, dict[str, Any] | None]] = {
    Person: (lambda: {"name": "Ada", "email": "ada@example.test"}, {"name": "Ada Okafor"}),
    Team: (lambda: {"name": "Payments", "slug": "payments", "memberships-0-person": person().pk}, {"name": "Pay"}),
    Schedule: (
        lambda: {"name": "Second", "slug": "second", "team": schedule().team.pk},
        {"zone": "Europe/Berlin"},
    ),
    Rotation: (
        lambda: {"name": "Primary", "schedule": schedule().pk, "order": person().email},
        {"order": "ada@example.test\n—", "hours": "sat sun 00:00-24:00"},
    ),
    Override: (
        lambda: {
            "schedule": weekly_rotation(schedule(), [person()]).schedule.pk,
            "kind": "add",
            "person": person("Bo").pk,
            "start": timezone.now().strftime("%Y-%m-%dT%H:%M"),
            "end": in_two_days(),
        },
        None,
    ),
    Swap: (swap_typed, None),
    Absence: (
        lambda: {"person": person().pk, "since": in_two_days(), "until": in_two_days(hours=1)},
        {"reason": "Lisbon"},
    ),
    AbsenceFeed: (
        # An address of no name: nobody is asked for it.
        lambda: {"person": person().pk, "where": "webcal://1.1.1.1/leave.ics"},
        {"keywords": "vacation"},
    ),
    CalendarLink: (lambda: {"schedule": schedule().pk}, {"alarms": "10, 60", "busy": "on"}),
    Role: (lambda: {"name": "Scribe", "slug": "scribe"}, {"description": "Writes it down."}),
    Service: (lambda: {"name": "Checkout", "slug": "checkout"}, {"is_default": "on"}),
    ResponsePlan: (
        lambda: {
            "name": "All hands",
            "slug": "all-hands",
            "rules-TOTAL_FORMS": "1",
            "rules-0-role": role().pk,
            "rules-0-required_from_severity": "5",
            "rules-0-seats": "1",
            "rules-0-position": "0",
            "rules-0-accept_within": "00:05:00",
            "rules-0-relief_after": "04:00:00",
            "rules-0-on_shift_change": "keep",
            "rules-0-sources": f"on call: {schedule().slug}\nfirst to join",
        },
        {"rules-0-sources": "declarer"},
    ),
    Integration: (
        lambda: {
            "name": "Alertmanager",
            "slug": "alertmanager",
            "kind": "alertmanager",
            "default_service": Service.objects.get().pk,
        },
        {"default_severity": "2"},
    ),
    Endpoint: (
        lambda: {"name": "Status page", "url": "https://1.1.1.1/oncall", "types": ["role.changed"]},
        {"types": ["role.changed", "on_call.changed"]},
    ),
    ApiToken: (lambda: {"name": "Alert relay", "scopes": ["read"]}, {"name": "Relay"}),
    Incident: (None, None),
    Delivery: (None, None),
    Message: (None, None),
}
# What the verbs ask for that need more than a yes.
ASKED: dict[tuple[type[Model], str], Callable[[], dict[str, Any]]] = {
    (Incident, "assign"): lambda: {"role": role().pk, "person": person("Whoever").pk},
    (Incident, "take"): lambda: {"role": role().pk, "reason": "Nobody answers."},
}
OURS = [model for model in admin.site._registry if model._meta.app_label not in OTHERS]


@pytest.fixture
def root() -> Client:
    return signed_in(administrator("Root"))


def row_of(client: Client, model: type[Model]) -> Model:
    """Return a row that was added through the form, where there is one."""
    typed = TYPED[model][0]
    if model is Incident:
        return incident()
    if model is Message:
        return message(person())
    assert typed is not None
    known = {*model._default_manager.values_list("pk", flat=True)}
    values = typed()
    answer = send(client, page_for(model), **values)
    assert answer.status_code == 302, answer.context["errors"]
    return model._default_manager.exclude(pk__in=known).latest("pk")


def test_every_model_that_the_admin_shows_is_walked_through():
    assert {*OURS} == {*TYPED}


@pytest.mark.parametrize("model", [each for each in OURS if TYPED[each][0]], ids=lambda each: each.__name__)
def test_a_row_is_added_and_changed_through_the_services(root, model):
    row = row_of(root, model)

    changes = TYPED[model][1]
    if changes is not None:
        before = stored()
        answer = send(root, page_of(row), **changes)
        assert answer.status_code == 302, answer.context["errors"]
        assert stored() != before


@pytest.mark.parametrize("model", [each for each in OURS if each is not Delivery], ids=lambda each: each.__name__)
def test_every_verb_asks_back_and_is_done_through_the_services(root, model):
    row = row_of(root, model)

    for verb in getattr(admin.site._registry[model], "verbs", ()):
        if model._default_manager.filter(pk=row.pk).exists():
            asked = root.get(page_of(row, verb.name))
            done = root.post(page_of(row, verb.name), ASKED[model, verb.name]() if verb.asks else {})
            assert (asked.status_code, verb.warning in asked.content.decode(), done.status_code) == (200, True, 302)
            assert root.get(done.headers["Location"], follow=True).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda each: each.__name__)
def test_every_list_opens_searches_and_offers_its_verbs_for_what_is_ticked(root, model):
    site = admin.site._registry[model]
    rows = [] if model is Delivery else [row_of(root, model)]

    listed = root.get(page_for(model, "changelist"))
    searched = root.get(page_for(model, "changelist"), {"q": "a"})

    assert (listed.status_code, searched.status_code) == (200, 200)
    for verb in [each for each in getattr(site, "verbs", ()) if each.asks is None]:
        ticked = {"action": verb.name, "_selected_action": [row.pk for row in rows]}
        assert root.post(page_for(model, "changelist"), ticked).status_code == 302


def test_nothing_is_deleted_in_the_admin(root):
    request = root.get("/admin/").wsgi_request

    assert [model for model in OURS if admin.site._registry[model].has_delete_permission(request)] == []


def test_the_index_shows_what_people_come_for_first(root):
    shown = root.get("/admin/").context["app_list"]

    assert [(app["name"], [model["object_name"] for model in app["models"]]) for app in shown] == [
        (
            "Schedules",
            ["Schedule", "Rotation", "Override", "Swap", "Absence", "AbsenceFeed", "CalendarLink", "Team", "Person"],
        ),
        ("Incidents", ["Incident", "Service", "ResponsePlan", "Role", "Integration", "Delivery"]),
        ("Notices", ["Message", "Endpoint"]),
        ("Access", ["ApiToken"]),
        ("Periodic Tasks", ["CrontabSchedule", "IntervalSchedule", "PeriodicTask"]),
    ]
