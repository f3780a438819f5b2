"""Issuing and revoking tokens."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from oncall.access.models import ApiToken
from oncall.access.services import tokens
from rotations.actors import Actor
from rotations.errors import Invalid, NotPermitted
from rotations.secrets import digest_of
from rotations.services.people import deactivate_person
from tests.factories.access import api_token
from tests.factories.rotations import person

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 3, 14, tzinfo=UTC)


def test_a_token_is_kept_as_a_digest_and_handed_out_once():
    row, secret = tokens.create_token(name="Relay", scopes=["read"], by=Actor.system(), now=NOW)

    assert secret.startswith("oc_")
    assert len(secret) == 46
    assert ApiToken.objects.values_list("name", "scopes", "token_digest", "created_at", "expires_at").get() == (
        "Relay",
        ["read"],
        digest_of(secret),
        NOW,
        None,
    )
    assert row.token_digest != secret


def test_two_tokens_are_never_the_same():
    assert api_token()[1] != api_token()[1]


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "write"]])
def test_a_token_needs_known_scopes(scopes):
    with pytest.raises(ValidationError) as refused:
        tokens.create_token(name="Relay", scopes=scopes, by=Actor.system(), now=NOW)

    assert refused.value.error_dict["scopes"][0].code in {"unknown_scope", "blank"}
    assert not ApiToken.objects.exists()


def test_a_scope_given_twice_is_kept_once():
    row, _ = tokens.create_token(name="Relay", scopes=["read", "incidents", "read"], by=Actor.system(), now=NOW)

    assert row.scopes == ["incidents", "read"]


def test_a_token_cannot_expire_before_it_begins():
    with pytest.raises(Invalid) as refused:
        tokens.create_token(name="Relay", scopes=["read"], expires_at=NOW, by=Actor.system(), now=NOW)

    assert (refused.value.code, refused.value.field) == ("in_the_past", "expires_at")
    assert not ApiToken.objects.exists()


def test_a_deactivated_person_gets_no_token():
    ada = deactivate_person(person("Ada"), by=Actor.system(), now=NOW)

    with pytest.raises(Invalid) as refused:
        tokens.create_token(name="Relay", scopes=["read"], person=ada, by=Actor.system(), now=NOW)

    assert (refused.value.code, refused.value.field) == ("person_deactivated", "person")
    assert not ApiToken.objects.exists()


def test_a_member_issues_tokens_for_themselves_alone():
    ada, bo = person("Ada"), person("Bo")
    by = Actor.of_person(ada)

    own, _ = tokens.create_token(name="Mine", scopes=["read"], person=ada, by=by, now=NOW)
    for somebody in (bo, None):
        with pytest.raises(NotPermitted):
            tokens.create_token(name="Theirs", scopes=["read"], person=somebody, by=by, now=NOW)

    assert list(ApiToken.objects.all()) == [own]


def test_a_member_cannot_revoke_or_rename_a_token_of_somebody_else():
    token, _ = api_token(name="Relay", person=person("Bo"))
    by = Actor.of_person(person("Ada"))

    with pytest.raises(NotPermitted):
        tokens.revoke_token(token, by=by, now=NOW)
    with pytest.raises(NotPermitted):
        tokens.rename_token(token, name="Other", by=by)

    token.refresh_from_db()
    assert (token.name, token.revoked_at) == ("Relay", None)


def test_revoking_twice_keeps_the_first_moment():
    token, _ = api_token()

    tokens.revoke_token(token, by=Actor.system(), now=NOW)
    again = tokens.revoke_token(token, by=Actor.system(), now=NOW + timedelta(hours=1))

    assert again.revoked_at == NOW


@pytest.mark.parametrize(
    ("after", "noted"),
    [
        (timedelta(seconds=59), timedelta(0)),
        (timedelta(seconds=60), timedelta(seconds=60)),
    ],
)
def test_use_is_noted_once_a_minute(after, noted):
    token, _ = api_token()
    tokens.note_use(token, now=NOW)

    tokens.note_use(ApiToken.objects.get(), now=NOW + after)

    assert ApiToken.objects.get().last_used_at == NOW + noted


def test_noting_use_within_the_minute_asks_the_database_nothing(django_assert_num_queries):
    token, _ = api_token()
    token.last_used_at = NOW

    with django_assert_num_queries(0):
        tokens.note_use(token, now=NOW + timedelta(seconds=30))
