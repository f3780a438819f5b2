"""Integrations and deliveries in the admin."""

import html
import re
import shlex
import subprocess

import pytest
from django.core.cache import cache
from django.test import Client

from oncall.incidents.admin.integrations import curl_for
from oncall.incidents.intake import Action, Signal, is_signed
from oncall.incidents.models import Delivery, Incident, Integration, IntegrationKind, Service
from oncall.incidents.services.deliveries import receive
from rotations.secrets import digest_of
from tests.factories.access import integration
from tests.factories.incidents import NIGHT, service
from tests.factories.rotations import administrator, person, team

pytestmark = pytest.mark.django_db

LIST = "/admin/incidents/integration/"
ADD = f"{LIST}add/"
DELIVERIES = "/admin/incidents/delivery/"


def page_of(row):
    return f"{LIST}{row.pk}/change/"


@pytest.fixture
def root(client):
    """The browser of an administrator."""
    cache.clear()
    client.force_login(administrator())
    return client


def values(**changed):
    return {
        "name": "Alertmanager",
        "slug": "alertmanager",
        "kind": "alertmanager",
        "default_service": Service.objects.get(is_default=True).pk,
        "default_severity": 3,
        "signing_secret": "",
        "severity_map": "{}",
        **changed,
    }


def told(response):
    """Return the address and the curl line that a page shows."""
    codes = re.findall(r"<code>(.*?)</code>", response.content.decode(), re.DOTALL)
    address, curl = (html.unescape(code) for code in codes)
    return address, curl


@pytest.mark.parametrize(
    ("kind", "outcome"), [("alertmanager", "declared"), ("pagerduty", "ignored"), ("oncall", "declared")]
)
def test_the_address_is_shown_once_with_a_curl_line_that_works(root, kind, outcome):
    response = root.post(ADD, values(kind=kind, slug=kind), follow=True)

    address, curl = told(response)
    row = Integration.objects.get()
    (token,) = re.findall(r"^http://localhost:\d+/hooks/([\w-]+)/$", address)
    assert row.token_digest == digest_of(token)
    assert token not in root.get(page_of(row)).content.decode()
    assert token not in root.get(LIST).content.decode()
    words = shlex.split(curl)
    assert (words[0], words[-1]) == ("curl", address)
    content_type = words[words.index("-H") + 1].removeprefix("Content-Type: ")
    answer = Client().post(f"/hooks/{token}/", words[words.index("-d") + 1], content_type=content_type)
    assert answer.json()["outcome"] == outcome


def test_the_curl_line_of_a_signed_integration_signs(root):
    row, _ = integration("pagerduty", signing_secret="s3cret")
    curl = curl_for(row, address="ADDRESS")

    said = subprocess.run(
        ["bash", "-c", f'curl() {{ printf "%s\\n" "$@"; }}; {curl}'],
        env={"SECRET": "s3cret", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert "s3cret" not in curl
    signature = said[3].removeprefix("X-PagerDuty-Signature: ")
    assert is_signed(said[5].encode(), header=signature, secret="s3cret")


def test_a_signing_secret_goes_in_and_never_comes_out(root):
    root.post(ADD, values(kind="pagerduty", signing_secret="s3cret"))
    row = Integration.objects.get()
    assert row.signing_secret == "s3cret"

    assert "s3cret" not in root.get(page_of(row)).content.decode()
    root.post(page_of(row), values(name="Pager"))
    kept = Integration.objects.get()
    assert (kept.name, kept.signing_secret) == ("Pager", "s3cret")
    root.post(page_of(row), values(signing_secret="new"))
    assert Integration.objects.get().signing_secret == "new"
    root.post(page_of(row), values(forget_secret="on"))
    assert Integration.objects.get().signing_secret == ""


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"severity_map": '{"page": 9}'}, "severity_map"),
        ({"severity_map": "{"}, "severity_map"),
        ({"default_severity": 6}, "default_severity"),
        ({"slug": "not a slug"}, "slug"),
        ({"signing_secret": "s3cret"}, "signing_secret"),
        ({"default_service": ""}, "default_service"),
    ],
)
def test_what_cannot_be_is_an_error_of_its_field(root, changed, field):
    response = root.post(ADD, values(**changed))

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert not Integration.objects.exists()


def test_a_slug_that_is_taken_is_an_error_of_its_field(root):
    integration("alertmanager")

    response = root.post(ADD, values())

    assert list(response.context["adminform"].form.errors) == ["slug"]


def test_kind_and_slug_stay(root):
    row, _ = integration("alertmanager")

    root.post(page_of(row), values(kind="pagerduty", slug="other", severity_map='{"page": 1}'))

    kept = Integration.objects.get()
    assert (kept.kind, kept.slug, kept.severity_map) == ("alertmanager", "alertmanager", {"page": 1})


def test_a_new_address_ends_the_old_one_and_is_shown_once(root):
    row, old = integration()

    response = root.post(f"{LIST}{row.pk}/new-address/", follow=True)

    address, _ = told(response)
    assert old not in address
    assert Integration.objects.get().token_digest == digest_of(address.split("/")[-2])


def test_a_revoked_integration_offers_nothing_more(root):
    row, _ = integration()

    root.post(f"{LIST}{row.pk}/revoke/")

    assert Integration.objects.get().revoked_at is not None
    assert root.get(page_of(row)).context["verbs"] == []


def test_a_manager_sees_to_the_integrations_of_their_team_and_looks_at_the_others(client):
    cache.clear()
    mia = person("Mia", is_staff=True)
    checkout = service(slug="checkout", team=team("payments", managers=[mia]))
    everybodys, _ = integration("alertmanager")
    client.force_login(mia)

    assert list(client.get(ADD).context["adminform"].form.fields["default_service"].queryset) == [checkout]
    client.post(ADD, values(slug="ours", default_service=checkout.pk))
    refused = client.post(ADD, values(slug="theirs"))

    assert list(refused.context["adminform"].form.errors) == ["default_service"]
    assert client.get(page_of(everybodys)).status_code == 200
    assert client.post(page_of(everybodys), values(name="Hijacked")).status_code == 403
    assert client.post(f"{LIST}{everybodys.pk}/revoke/").status_code == 403
    assert set(Integration.objects.values_list("slug", "name", "revoked_at")) == {
        ("ours", "Alertmanager", None),
        ("alertmanager", "Alertmanager", None),
    }


def test_the_log_of_deliveries_is_read_only_and_shows_the_body(root):
    row, _ = integration(name="Relay")
    signal = Signal(action=Action.TRIGGER, title="Slow", dedup_key="k")
    receive(row, signal=signal, body='{"title": "<b>Sl\u00f6w</b>"}', now=NIGHT)
    delivery = Delivery.objects.get()

    listed = root.get(DELIVERIES).content.decode()
    page = root.get(f"{DELIVERIES}{delivery.pk}/change/").content.decode()

    assert f"#{Incident.objects.get().number} Slow" in listed
    assert "&quot;title&quot;: &quot;&lt;b&gt;Sl\u00f6w&lt;/b&gt;&quot;" in page
    for address in (f"{DELIVERIES}add/", f"{DELIVERIES}{delivery.pk}/change/", f"{DELIVERIES}{delivery.pk}/delete/"):
        assert root.post(address, {"body": "{}"}).status_code == 403


def test_every_kind_can_be_tried_with_curl():
    for kind in IntegrationKind:
        assert curl_for(Integration(kind=kind), address="ADDRESS").endswith(" ADDRESS")
