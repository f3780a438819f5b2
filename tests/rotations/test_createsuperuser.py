"""The first administrator, made from a shell before anybody can sign in."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from rotations.models import Person

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-word-of-nobody"


def test_the_first_administrator_is_made_from_a_shell_and_signs_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    browser = Client()

    call_command("createsuperuser", "--noinput", "--email", "Root@Example.test", "--name", "Root", verbosity=0)

    (root,) = Person.objects.all()
    assert (root.email, root.name, root.is_superuser, root.is_staff) == ("root@example.test", "Root", True, True)
    assert browser.login(username="root@example.test", password=PASSWORD)
    with pytest.raises(CommandError, match="already taken"):
        call_command("createsuperuser", "--noinput", "--email", "ROOT@example.test", "--name", "Root", verbosity=0)
