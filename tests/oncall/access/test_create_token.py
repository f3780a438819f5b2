"""The command: a token, alone, on standard output."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from oncall.access.models import ApiToken
from rotations.secrets import digest_of
from tests.factories.rotations import person

pytestmark = pytest.mark.django_db


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command("create_token", *arguments, stdout=out, stderr=err)
    assert err.getvalue() == ""
    return out.getvalue()


def test_the_token_stands_alone_on_standard_output():
    printed = run("Relay", "--scope", "incidents", "--scope", "read")

    token = ApiToken.objects.get()
    assert printed.count("\n") == 1
    assert token.token_digest == digest_of(printed.strip())
    assert (token.name, token.scopes, token.person, token.expires_at) == ("Relay", ["incidents", "read"], None, None)


def test_a_personal_token_that_expires():
    ada = person("Ada")

    run("Mine", "--scope", "read", "--person", ada.email.upper(), "--expires-in-days", "30")

    token = ApiToken.objects.get()
    assert token.person == ada
    assert token.expires_at == token.created_at + timedelta(days=30)


@pytest.mark.parametrize(
    "arguments",
    [
        ("Relay",),
        ("Relay", "--scope", "everything"),
        ("Relay", "--scope", "read", "--person", "nobody@example.test"),
        ("Relay", "--scope", "read", "--expires-in-days", "0"),
        ("Relay", "--scope", "read", "--expires-in-days", "99999999999"),
        ("Relay", "--scope", "read", "--expires-in-days", "soon"),
        ("R" * 201, "--scope", "read"),
        ("", "--scope", "read"),
    ],
)
def test_what_cannot_be_is_one_line_and_no_token(arguments):
    with pytest.raises(CommandError) as refused:
        run(*arguments)

    assert "\n" not in str(refused.value)
    assert not ApiToken.objects.exists()
