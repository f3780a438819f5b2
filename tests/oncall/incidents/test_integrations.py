"""Adding, editing, rotating and revoking integrations."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from oncall.incidents.models import Integration, Service
from oncall.incidents.services import integrations
from rotations.actors import Actor
from rotations.errors import Conflict, NotPermitted
from rotations.secrets import digest_of
from tests.factories.access import integration
from tests.factories.incidents import service
from tests.factories.rotations import person, team

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 3, 14, tzinfo=UTC)
ROOT = Actor.system()


def test_a_new_integration_keeps_a_digest_of_its_token():
    row, token = integration("pagerduty", signing_secret="s3cret", severity_map={"sev-1": 1})

    kept = Integration.objects.get()
    assert kept == row
    assert len(token) == 43
    assert (kept.slug, kept.token_digest, kept.signing_secret, kept.severity_map, kept.default_severity) == (
        "pagerduty",
        digest_of(token),
        "s3cret",
        {"sev-1": 1},
        3,
    )


def test_the_signing_secret_is_not_readable_in_the_database():
    integration("pagerduty", signing_secret="s3cret")

    with connection.cursor() as cursor:
        cursor.execute("SELECT signing_secret FROM incidents_integration")
        assert "s3cret" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"slug": "not a slug"}, "slug", "invalid"),
        ({"name": " "}, "name", "blank"),
        ({"kind": "carrier-pigeon"}, "kind", "invalid_choice"),
        ({"default_severity": 6}, "default_severity", "max_value"),
        ({"default_severity": 0}, "default_severity", "min_value"),
        ({"severity_map": {"page": 6}}, "severity_map", "invalid"),
        ({"severity_map": {"page": "1"}}, "severity_map", "invalid"),
        ({"severity_map": {"page": True}}, "severity_map", "invalid"),
        ({"severity_map": ["page"]}, "severity_map", "invalid"),
        ({"kind": "alertmanager", "signing_secret": "s3cret"}, "signing_secret", "cannot_sign"),
    ],
)
def test_what_cannot_be_is_refused(fields, field, code):
    with pytest.raises(ValidationError) as refused:
        integration(**{"kind": "oncall", **fields})

    assert refused.value.error_dict[field][0].code == code
    assert not Integration.objects.exists()


def test_a_slug_is_taken_once():
    integration(slug="relay")

    with pytest.raises(ValidationError) as refused:
        integration(slug="relay")

    assert refused.value.error_dict["slug"][0].code == "unique"
    assert Integration.objects.count() == 1


def test_an_edit_changes_what_is_named():
    row, _ = integration("pagerduty", signing_secret="s3cret")

    integrations.edit_integration(row, name="Pager", default_severity=2, by=ROOT, now=NOW)

    kept = Integration.objects.get()
    assert (kept.name, kept.default_severity, kept.signing_secret) == ("Pager", 2, "s3cret")


def test_a_bad_edit_changes_nothing():
    row, _ = integration()

    with pytest.raises(ValidationError):
        integrations.edit_integration(row, name="Pager", severity_map={"page": 9}, by=ROOT, now=NOW)

    assert Integration.objects.get().name == "Oncall"


@pytest.mark.parametrize("field", ["kind", "slug", "token_digest"])
def test_what_stays_cannot_be_edited(field):
    row, _ = integration()

    with pytest.raises(TypeError):
        integrations.edit_integration(row, by=ROOT, now=NOW, **{field: "other"})


def test_rotating_ends_the_old_token():
    row, old = integration()

    _, new = integrations.rotate_integration(row, by=ROOT, now=NOW)

    assert new != old
    assert Integration.objects.get().token_digest == digest_of(new)


def test_a_revoked_integration_stays_revoked():
    row, token = integration()

    integrations.revoke_integration(row, by=ROOT, now=NOW)
    integrations.revoke_integration(row, by=ROOT, now=NOW + timedelta(days=1))
    with pytest.raises(Conflict) as refused:
        integrations.rotate_integration(row, by=ROOT, now=NOW)

    kept = Integration.objects.get()
    assert refused.value.code == "integration_revoked"
    assert (kept.revoked_at, kept.token_digest) == (NOW, digest_of(token))


def test_a_manager_of_the_service_sees_to_its_integrations_and_nobody_else_does():
    manager, member = person("Mia"), person("Max")
    payments, search = team("payments", managers=[manager], members=[member]), team("search")
    checkout, index = service(slug="checkout", team=payments), service(slug="index", team=search)
    everybodys = Service.objects.get(is_default=True)
    row, _ = integration(default_service=checkout)
    by = Actor.of_person(manager)

    integrations.edit_integration(row, name="Ours", by=by, now=NOW)
    for elsewhere in (index, everybodys):
        with pytest.raises(NotPermitted):
            integrations.edit_integration(row, default_service=elsewhere, by=by, now=NOW)
        with pytest.raises(NotPermitted):
            integrations.add_integration(slug="x", name="X", kind="oncall", default_service=elsewhere, by=by, now=NOW)
    for verb in (integrations.rotate_integration, integrations.revoke_integration, integrations.edit_integration):
        with pytest.raises(NotPermitted):
            verb(row, by=Actor.of_person(member), now=NOW)

    kept = Integration.objects.get()
    assert (kept.name, kept.default_service, kept.revoked_at, kept.token_digest) == (
        "Ours",
        checkout,
        None,
        row.token_digest,
    )
