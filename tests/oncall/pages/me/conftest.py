"""The page of Ada, who has turn 150 and every second one after it; Bo has those between."""

import pytest
from django.test import Client

from rotations.models import Person
from tests.oncall.pages.conftest import SignIn

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/me/"}
# The turn that runs; the next is Bo's, and the one after it Ada's again.
RUNNING, NEXT, LATER = 150, 151, 152


@pytest.fixture
def client(signed_in: SignIn, ada: Person) -> Client:
    """Ada's browser."""
    return signed_in(ada)
