"""How is one incident merged into another on the pages?"""

import pytest

from oncall.incidents.models import Incident
from oncall.incidents.services import lifecycle
from rotations.actors import Actor
from tests.factories.incidents import NIGHT, incident
from tests.factories.rotations import person
from tests.oncall.pages.conftest import SignIn
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db


def test_the_page_merges_into_an_open_incident_and_goes_there(signed_in: SignIn):
    first, second = incident("First"), incident("Second")
    client = signed_in(person())

    assert f"#{first.number} First" in client.get(f"/incidents/{second.number}/").content.decode()
    response = client.post(f"/incidents/{second.number}/merge/", {"into": first.number})

    assert (response.status_code, response.headers["Location"]) == (302, f"/incidents/{first.number}/")
    page = client.get(f"/incidents/{second.number}/")
    assert f"Resolved General lasted 14 min merged into #{first.number} by Oncall" in lines_of(page, "room")
    assert buttons_of(page, "room") == []
    assert 'id="merge"' not in page.content.decode()


def test_an_incident_that_has_ended_meanwhile_is_refused(signed_in: SignIn):
    first, second = incident("First"), incident("Second")
    lifecycle.resolve(first, by=Actor.system(), now=NIGHT)
    client = signed_in(person())

    response = client.post(f"/incidents/{second.number}/merge/", {"into": first.number})
    late = client.post(f"/incidents/{first.number}/merge/", {"into": second.number})

    assert (response.status_code, late.status_code) == (400, 409)
    assert "This incident is not open any more." in lines_of(response, "merge")
    refusal = f"Incident #{first.number} is resolved; reopen it first. Dismiss"
    assert lines_of(late, f"refusal-{first.number}") == [refusal]
    assert not Incident.objects.exclude(merged_into=None).exists()
