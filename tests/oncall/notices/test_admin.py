"""What is seen and set of notices in the admin, by whom?"""

from ipaddress import ip_network
from typing import Any

import pytest

from oncall.notices.models import Endpoint, Message
from oncall.notices.services import sending
from rotations.actors import Actor
from rotations.services.people import edit_person
from tests.admin_forms import errors, messages, page_for, page_of, send, signed_in
from tests.factories.incidents import NIGHT
from tests.factories.notices import endpoint, message
from tests.factories.rotations import administrator, team
from tests.strangers import ALLOWED, INSIDE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_address_is_allowed(settings):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network(ALLOWED),)


@pytest.fixture
def root():
    return signed_in(administrator("Root"))


def test_the_secret_of_a_webhook_is_shown_when_it_is_made_and_when_it_is_renewed(root):
    answer = send(
        root, page_for(Endpoint), name="Status page", url="http://127.0.0.1:1/hook", types=["incident.declared"]
    )
    hook = Endpoint.objects.get()
    first = hook.secret
    assert first in " ".join(messages(root, answer))
    assert first not in root.get(page_of(hook)).content.decode()

    renewed = messages(root, root.post(page_of(hook, "new-secret")))

    hook.refresh_from_db()
    assert hook.secret in " ".join(renewed)
    assert (hook.secret == first, hook.previous_secret) == (False, first)


def test_an_address_that_leads_inside_is_an_error_of_the_form(root):
    fields: dict[str, Any] = {"name": "Page", "types": ["incident.declared"]}
    answer = send(root, page_for(Endpoint), url=f"http://{INSIDE}/", **fields)

    [error] = answer.context["adminform"].form.errors.as_data()["url"]
    assert error.code == "forbidden_address"
    assert not Endpoint.objects.exists()
    assert errors(send(root, page_for(Endpoint), url="no address", **fields))["url"]


def test_managers_set_the_webhooks_of_their_team_and_see_no_address_of_another(mia, payments):
    edit_person(mia, is_staff=True, by=Actor.system(), now=NIGHT)
    manager = signed_in(mia)
    everybodys = endpoint("http://127.0.0.1:1/a-key", name="Of all")
    theirs = endpoint(name="Of another", team=team("another"))

    fields: dict[str, Any] = {"name": "Ours", "url": "http://127.0.0.1:1/", "types": ["role.changed"]}
    assert "team" in errors(send(manager, page_for(Endpoint), **fields))
    assert send(manager, page_for(Endpoint), **fields, team=payments.pk).status_code == 302
    assert Endpoint.objects.get(name="Ours").team == payments
    for hook in (everybodys, theirs):
        page = manager.get(page_of(hook)).content.decode()
        assert ("a-key" in page, "127.0.0.1" in page) == (False, True)
        assert manager.post(page_of(hook, "disable")).status_code == 403


def test_the_log_says_who_was_sent_what_and_what_came_of_it(root, ada, mailoutbox):
    one = message(ada)
    sending.send_due(now=NIGHT)

    listed = root.get(page_for(Message, "changelist"), {"q": "ada@", "state": "sent", "kind": "role_offered"})
    page = root.get(page_of(one))

    assert [str(row) for row in listed.context["cl"].result_list] == [str(one)]
    assert "You are asked to be Lead." in page.content.decode()
    for filters in ({"q": "bo@"}, {"state": "waiting"}, {"channel": "webhook"}, {"kind": "role.changed"}):
        assert not root.get(page_for(Message, "changelist"), filters).context["cl"].result_list


def test_what_did_not_arrive_is_sent_again(root, ada, mailoutbox):
    one = message(ada)
    sending.send_due(now=NIGHT)

    answer = root.post(page_of(one, "redeliver"))
    one.refresh_from_db()

    assert messages(root, answer) == [f"{one} is sent again."]
    assert (one.state, one.attempts) == ("waiting", 0)


@pytest.mark.parametrize("count", [1, 3])
def test_the_log_costs_the_same_at_any_length(root, ada, count, django_assert_num_queries):
    for _ in range(count):
        message(ada)
    root.get("/admin/")

    with django_assert_num_queries(7):
        root.get(page_for(Message, "changelist"))
