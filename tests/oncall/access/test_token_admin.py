"""Tokens in the admin."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oncall.access.models import ApiToken
from oncall.access.services.tokens import revoke_token
from rotations.actors import Actor
from rotations.secrets import digest_of
from tests.factories.access import api_token
from tests.factories.rotations import administrator, person, team

pytestmark = pytest.mark.django_db

LIST = "/admin/access/apitoken/"
ADD = f"{LIST}add/"


def page_of(token):
    return f"{LIST}{token.pk}/change/"


def shown(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def root(client):
    """The browser of an administrator."""
    client.force_login(administrator())
    return client


@pytest.fixture
def manager(client):
    """Somebody who is in the admin and no administrator."""
    mia = person("Mia", is_staff=True)
    team(managers=[mia])
    client.force_login(mia)
    return mia


def test_a_token_is_shown_once_when_it_is_issued(root):
    response = root.post(ADD, {"name": "Relay", "scopes": ["read", "incidents"], "person": ""}, follow=True)

    (secret,) = re.findall(r"<code>(oc_[\w-]+)</code>", response.content.decode())
    token = ApiToken.objects.get()
    assert (token.name, token.scopes, token.person, token.token_digest) == (
        "Relay",
        ["incidents", "read"],
        None,
        digest_of(secret),
    )
    assert secret not in root.get(LIST).content.decode()
    assert secret not in root.get(page_of(token)).content.decode()


def test_a_personal_token_that_expires(root):
    ada = person("Ada")
    expires = timezone.now() + timedelta(days=7)
    when = {"expires_at_0": f"{expires:%Y-%m-%d}", "expires_at_1": "12:00:00"}

    root.post(ADD, {"name": "Mine", "scopes": ["read"], "person": ada.pk, **when})

    noon = expires.replace(hour=12, minute=0, second=0, microsecond=0)
    assert ApiToken.objects.values_list("person", "expires_at").get() == (ada.pk, noon)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"name": ""}, "name"),
        ({"expires_at_0": "2020-01-01", "expires_at_1": "00:00"}, "expires_at"),
    ],
)
def test_what_cannot_be_is_an_error_of_its_field(root, values, field):
    response = root.post(ADD, {"name": "Relay", "scopes": ["read"], "person": "", **values})

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert not ApiToken.objects.exists()


def test_nothing_of_a_token_can_be_edited_but_its_name(root):
    token, _ = api_token("read")
    page = root.get(page_of(token))
    assert list(page.context["adminform"].form.fields) == ["name"]

    root.post(page_of(token), {"name": "Other", "scopes": ["admin"], "person": person("Ada").pk, "token_digest": "x"})

    kept = ApiToken.objects.get()
    assert (kept.name, kept.scopes, kept.person, kept.token_digest) == ("Other", ["read"], None, token.token_digest)


def test_a_token_is_revoked_after_asking_back(root):
    token, _ = api_token()
    address = f"{LIST}{token.pk}/revoke/"

    assert root.get(address).status_code == 200
    assert ApiToken.objects.get().revoked_at is None
    response = root.post(address, follow=True)

    assert shown(response) == ["Alert relay was revoked."]
    assert ApiToken.objects.get().revoked_at is not None


def test_tokens_are_revoked_in_the_list(root):
    rows = [api_token(name=name)[0] for name in ("One", "Two")]
    revoke_token(rows[0], by=Actor.system(), now=timezone.now())

    response = root.post(LIST, {"action": "revoke", "_selected_action": [row.pk for row in rows]}, follow=True)

    assert sorted(shown(response)) == ["One: nothing to do.", "Two was revoked."]
    assert not ApiToken.objects.filter(revoked_at=None).exists()


def test_a_manager_sees_and_issues_their_own_tokens_alone(client, manager):
    theirs, _ = api_token(name="Relay")
    own, _ = api_token(name="Mine", person=manager)

    assert list(client.get(LIST).context["cl"].queryset) == [own]
    for address in (page_of(theirs), f"{LIST}{theirs.pk}/revoke/"):
        assert client.post(address, {"name": "Hijacked"}).status_code in {302, 404}
    refused = client.post(ADD, {"name": "For a service", "scopes": ["admin"], "person": ""})
    assert list(refused.context["adminform"].form.errors) == ["person"]
    client.post(ADD, {"name": "Another", "scopes": ["read"], "person": manager.pk})

    assert set(ApiToken.objects.values_list("name", "person", "revoked_at")) == {
        ("Relay", None, None),
        ("Mine", manager.pk, None),
        ("Another", manager.pk, None),
    }


def test_tokens_are_not_deleted(root):
    token, _ = api_token()

    assert root.post(f"{LIST}{token.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ApiToken.objects.exists()


def test_the_list_costs_the_same_at_one_and_three_tokens(root):
    costs = []
    for names in (["Ada"], ["Bo", "Cy"]):
        for name in names:
            api_token(person=person(name))
        with CaptureQueriesContext(connection) as asked:
            root.get(LIST)
        costs.append(len(asked))

    # What the site itself asks for its pages is tested there.
    assert costs[0] == costs[1]
