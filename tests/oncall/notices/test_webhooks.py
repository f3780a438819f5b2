"""What do other systems hear? Signed so that anybody can check it, again until they took it, and nothing inside."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection

from oncall.incidents.models import Incident
from oncall.incidents.services import lifecycle, roles
from oncall.notices.channels.webhooks import signature
from oncall.notices.models import Endpoint, Event, Message
from oncall.notices.services import endpoints, sending
from oncall.notices.services.announcing import announce
from oncall.notices.services.redelivering import redeliver
from oncall.notices.services.watching import look_at_due_schedules
from rotations.actors import Actor
from rotations.errors import Refusal
from rotations.models import Person
from rotations.services.overrides import add_override
from rotations.services.warnings import review_due_schedules
from tests.factories.incidents import NIGHT, incident, named, role, rule, service
from tests.factories.notices import endpoint
from tests.factories.rotations import schedule, team, weekly_rotation
from tests.oncall.notices.hearing import minutes, nothing_waits, published
from tests.strangers import ALLOWED, INSIDE, Stranger, answering, http, redirect, stranger

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
ALL = ["on_call.changed", "role.changed", "schedule.warning", "incident.declared", "incident.resolved"]
OK = http(b"ok")


@pytest.fixture(autouse=True)
def _one_address_is_allowed(settings):
    settings.PUBLIC_URL = "https://oncall.example.test"
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network(ALLOWED),)


def declared_by(ada: Person, title: str = "Checkout 5xx"):
    """Declare an incident that Ada is asked to lead; return it announced."""
    checkout = service(rule("lead", named(ada)), slug=f"checkout-{Incident.objects.count()}")
    one = incident(title, service=checkout)
    announce(now=NIGHT)
    return one


def received(server: Stranger) -> list[tuple[dict[str, str], str]]:
    """Return the headers (lower case) and the body of each request that arrived."""
    found = []
    for request in server.requests:
        head, _, body = request.partition("\r\n\r\n")
        lines = (line.partition(": ") for line in head.split("\r\n")[1:])
        found.append(({name.lower(): value for name, _, value in lines}, body))
    return found


def is_signed(secret: str, headers: dict[str, str], body: str) -> bool:
    """Check a signature by the letter of the Standard Webhooks specification, with nothing of ours."""
    key = base64.b64decode(secret[len("whsec_") :])
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    signatures = [one.split(",") for one in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(one, expected) for version, one in signatures)


def standing() -> list[tuple[str, str, int, str]]:
    return [
        (one.event.type, one.state, one.attempts, one.result)
        for one in Message.objects.filter(channel="webhook").select_related("event").order_by("created_at", "event__at")
        if one.event
    ]


def test_a_declared_incident_is_told_signed(ada):
    with stranger(answering(OK)) as server:
        hook = endpoint(f"{server.url}/hook", types=["incident.declared"])
        one = declared_by(ada)
        sending.send_due(now=minutes(1))

    [(headers, body)] = received(server)
    message = Message.objects.get(channel="webhook")
    assert server.requests[0].startswith("POST /hook HTTP/1.1")
    assert json.loads(body) == {
        "type": "incident.declared",
        "timestamp": "2026-11-20T03:00:00Z",
        "data": {
            "incident": {
                "number": one.pk,
                "title": "Checkout 5xx",
                "severity": 3,
                "status": "declared",
                "service": "checkout-0",
                "is_drill": False,
                "url": f"https://oncall.example.test/incidents/{one.pk}/",
            },
            "text": "Oncall declared Checkout 5xx",
        },
    }
    assert (headers["webhook-id"], headers["webhook-timestamp"], headers["content-type"]) == (
        f"msg_{message.pk.hex}",
        str(int(minutes(1).timestamp())),
        "application/json",
    )
    assert is_signed(hook.secret, headers, body)
    assert not is_signed(hook.secret, headers, body + " ")
    hook.refresh_from_db()
    assert (message.state, message.result, hook.last_result, hook.last_tried_at) == (
        "sent",
        "200 OK",
        "200 OK",
        minutes(1),
    )


def test_the_example_of_the_specification_is_signed_as_it_says():
    # From the specification's reference libraries.
    assert (
        signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            message="msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp=1614265330,
            body=b'{"test": 2432232314}',
        )
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_what_becomes_of_a_role_is_told(ada, bo):
    endpoint(types=["role.changed"])
    one = declared_by(ada)
    roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=minutes(1))
    roles.release(one, role=role(), person=ada, vacate=True, reason="ill", by=Actor.of_person(ada), now=minutes(2))
    announce(now=minutes(2))

    plain = {"id": ada.pk, "name": "Ada", "email": "ada@example.test"}
    told = [
        (data["change"], data["role"], data["seat"], data["person"], data["before"], data["because"])
        for _, data in published()
    ]
    assert told == [
        ("offered", "lead", 1, plain, None, "named in the response plan"),
        ("accepted", "lead", 1, plain, None, None),
        ("vacated", "lead", 1, None, plain, None),
        ("vacant", "lead", 1, None, None, "no_one_on_call"),
    ]


def test_who_comes_on_call_and_goes_is_told_as_it_happens(ada, bo):
    endpoint(types=["on_call.changed"])
    rotation = weekly_rotation(schedule(), [ada, bo])
    nothing_waits()
    look_at_due_schedules(now=NIGHT)
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    look_at_due_schedules(now=monday + timedelta(seconds=5))

    rotation.schedule.refresh_from_db()
    silence: dict[str, Any] = {
        "kind": "silence",
        "start": monday + timedelta(hours=1),
        "end": monday + timedelta(hours=2),
    }
    add_override(rotation.schedule, **silence, by=SYSTEM, now=monday + timedelta(minutes=1))
    announce(now=monday + timedelta(minutes=1))
    look_at_due_schedules(now=monday + timedelta(hours=3))

    one, two = ({"id": who.pk, "name": who.name, "email": who.email} for who in (ada, bo))
    assert [(data["at"], data["was"], data["now"], data["silence"]) for _, data in published()] == [
        ("2026-11-23T09:00:00Z", [one], [two], False),
        ("2026-11-23T10:00:00Z", [two], [], True),
        ("2026-11-23T11:00:00Z", [], [two], False),
    ]
    assert published()[0][1]["schedule"] == {
        "slug": "payments-primary",
        "name": "Payments primary",
        "url": "https://oncall.example.test/schedules/payments-primary/",
    }


def test_an_override_that_begins_now_is_told_at_once(ada, bo, cy):
    endpoint(types=["on_call.changed"])
    rotation = weekly_rotation(schedule(), [ada, bo])
    nothing_waits()
    look_at_due_schedules(now=NIGHT)
    rotation.schedule.refresh_from_db()
    begins: dict[str, Any] = {"kind": "replace", "person": cy, "start": NIGHT, "end": minutes(60)}
    add_override(rotation.schedule, **begins, by=SYSTEM, now=minutes(1))

    announce(now=minutes(2))

    assert [(data["at"], [who["name"] for who in data["now"]]) for _, data in published()] == [
        ("2026-11-20T03:01:00Z", ["Cy"])
    ]


def test_a_worker_that_was_away_for_days_tells_of_the_last_day_and_what_came_of_it(ada, bo):
    endpoint(types=["on_call.changed"])
    weekly_rotation(schedule(), [ada, bo], unit="day")
    nothing_waits()
    look_at_due_schedules(now=NIGHT)

    look_at_due_schedules(now=NIGHT + timedelta(days=5))

    assert [data["at"] for _, data in published()] == ["2026-11-24T09:00:00Z"]


def test_trouble_foreseen_is_told(ada):
    endpoint(types=["schedule.warning"])
    rotation = weekly_rotation(schedule(), [ada])
    away: dict[str, Any] = {"kind": "remove", "replaces": ada, "start": minutes(60), "end": minutes(120)}
    add_override(rotation.schedule, **away, by=SYSTEM, now=NIGHT)
    review_due_schedules(now=NIGHT)
    announce(now=NIGHT)

    [(kind, data)] = published()
    assert (kind, data["kind"], data["start"], data["end"], data["person"], data["text"]) == (
        "schedule.warning",
        "gap",
        "2026-11-20T04:00:00Z",
        "2026-11-20T05:00:00Z",
        None,
        "Nobody is on call",
    )


def test_a_webhook_hears_what_it_chose_and_what_is_its_teams(ada):
    ours, theirs = team("ours"), team("theirs")
    endpoint(name="all", types=ALL)
    endpoint(name="ours", types=ALL, team=ours)
    endpoint(name="theirs", types=ALL, team=theirs)
    endpoint(name="other events", types=["on_call.changed"])
    endpoints.disable_endpoint(endpoint(name="off", types=ALL), by=SYSTEM, now=NIGHT)

    incident(service=service(rule("lead", named(ada)), team=ours))
    announce(now=NIGHT)

    heard = Message.objects.filter(channel="webhook").order_by("endpoint", "event__type")
    assert [(one.endpoint.name, one.event.type) for one in heard if one.endpoint and one.event] == [
        ("all", "incident.declared"),
        ("all", "role.changed"),
        ("ours", "incident.declared"),
        ("ours", "role.changed"),
    ]


def test_an_event_that_nobody_wants_is_not_kept(ada):
    endpoint(types=["on_call.changed"])

    declared_by(ada)

    assert not Event.objects.exists()


def test_one_that_fails_is_tried_again_with_the_same_id_and_a_new_timestamp(ada):
    with stranger(answering(http(b"", status="500 Internal Server Error"), OK)) as server:
        endpoint(server.url, types=["incident.declared"])
        declared_by(ada)
        sending.send_due(now=NIGHT)
        first = Message.objects.get(channel="webhook")
        sending.send_due(now=minutes(1))

    (before, _), (after, _) = received(server)
    assert (first.state, first.result) == ("waiting", "500 Internal Server Error")
    assert first.due_at is not None
    assert NIGHT + timedelta(seconds=8) <= first.due_at <= NIGHT + timedelta(seconds=12)
    assert before["webhook-id"] == after["webhook-id"]
    assert int(after["webhook-timestamp"]) - int(before["webhook-timestamp"]) == 60
    assert standing() == [("incident.declared", "sent", 2, "200 OK")]


def test_a_receiver_that_is_busy_says_when_to_come_back(ada):
    with stranger(answering(http(b"", "Retry-After: 600", status="429 Too Many Requests"))) as server:
        endpoint(server.url, types=["incident.declared"])
        declared_by(ada)
        sending.send_due(now=NIGHT)

    assert Message.objects.get(channel="webhook").due_at == minutes(10)


def test_one_that_is_gone_is_disabled_and_what_waits_for_it_is_dropped(ada):
    with stranger(answering(http(b"", status="410 Gone"))) as server:
        hook = endpoint(server.url, types=["incident.declared", "role.changed"])
        declared_by(ada)
        sending.send_due(now=NIGHT)
        declared_by(ada, "Another")

    hook.refresh_from_db()
    assert (hook.disabled_at, hook.disabled_because) == (NIGHT, "It answered 410 Gone.")
    assert len(server.requests) == 1
    assert sorted((state, result) for _, state, _, result in standing()) == [
        ("dropped", "Its webhook is disabled."),
        ("given_up", "410 Gone"),
    ]

    endpoints.enable_endpoint(hook, by=SYSTEM, now=minutes(1))
    declared_by(ada, "A third")
    assert Message.objects.filter(channel="webhook", state="waiting").count() == 2


def test_one_that_is_away_costs_one_attempt_in_a_batch_and_delays_no_other(ada):
    with stranger(answering(http(b"", status="502 Bad Gateway"))) as away, stranger(answering(OK)) as here:
        endpoint(away.url, name="Away", types=["incident.declared", "role.changed"])
        endpoint(here.url, name="Here", types=["incident.declared", "role.changed"])
        declared_by(ada)
        assert sending.send_due_webhooks(now=NIGHT) == 4

    assert (len(away.requests), len(here.requests)) == (1, 2)
    assert sorted(standing()) == [
        ("incident.declared", "sent", 1, "200 OK"),
        ("incident.declared", "waiting", 1, "502 Bad Gateway"),
        ("role.changed", "sent", 1, "200 OK"),
        ("role.changed", "waiting", 1, "Not tried: the one before it failed."),
    ]


def test_an_address_that_leads_inside_is_refused_when_it_is_saved():
    for url in (f"http://{INSIDE}/", "http://169.254.169.254/latest/", "http://[::1]/", "ftp://example.test/"):
        with pytest.raises(Refusal) as refused:
            endpoint(url)
        assert (refused.value.field, refused.value.code) == (
            "url",
            "invalid_url" if url.startswith("ftp") else "forbidden_address",
        )
    hook = endpoint()
    with pytest.raises(Refusal):
        endpoints.edit_endpoint(hook, url=f"http://{INSIDE}/", by=SYSTEM, now=NIGHT)

    assert [one.url for one in Endpoint.objects.all()] == ["http://127.0.0.1:1/hook"]


def test_an_address_that_leads_inside_since_it_was_saved_is_refused_when_something_is_sent(ada, settings):
    with stranger(answering(OK)) as server:
        endpoint(server.url, types=["incident.declared"])
        declared_by(ada)
        settings.ALLOWED_OUTGOING_NETWORKS = ()
        sending.send_due(now=NIGHT)

    [(_, state, _, result)] = standing()
    assert (state, result.partition(":")[0], server.requests) == ("waiting", "forbidden_address", [])


def test_a_redirect_is_not_followed(ada):
    with stranger(answering(OK)) as other, stranger(answering(redirect(other.url))) as server:
        endpoint(server.url, types=["incident.declared"])
        declared_by(ada)
        sending.send_due(now=NIGHT)

    [(_, state, _, result)] = standing()
    assert (state, result.partition(":")[0], other.requests) == ("waiting", "too_many_redirects", [])


def test_after_a_new_secret_both_sign_for_a_day(ada):
    with stranger(answering(OK)) as server:
        old, first = endpoints.add_endpoint(
            name="Page", url=server.url, types=["incident.declared"], by=SYSTEM, now=NIGHT
        )
        _, second = endpoints.rotate_secret(old, by=SYSTEM, now=NIGHT)
        declared_by(ada)
        sending.send_due(now=minutes(1))
        redeliver(Message.objects.get(channel="webhook"), by=SYSTEM, now=minutes(24 * 60))
        sending.send_due(now=minutes(24 * 60))

    signed_by = [[is_signed(secret, *request) for secret in (first, second)] for request in received(server)]
    assert signed_by == [[True, True], [False, True]]
    assert first.startswith("whsec_")
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32


def test_a_test_is_sent_to_this_webhook_alone(ada):
    with stranger(answering(OK)) as server:
        hook = endpoint(server.url)
        endpoint(name="Another")
        endpoints.send_test(hook, by=SYSTEM, now=NIGHT)
        sending.send_due(now=NIGHT)

    [(_, body)] = received(server)
    assert json.loads(body) == {
        "type": "webhook.test",
        "timestamp": "2026-11-20T03:00:00Z",
        "data": {"webhook": "Status page", "by": "Oncall", "at": "2026-11-20T03:00:00Z"},
    }


def test_managers_see_to_the_webhooks_of_their_team_and_administrators_to_all(ada, mia, payments):
    by_mia, by_ada = Actor.of_person(mia), Actor.of_person(ada)
    fields: dict[str, Any] = {"name": "Page", "url": "http://127.0.0.1:1/", "types": ALL}
    theirs, _ = endpoints.add_endpoint(**fields, team=payments, by=by_mia, now=NIGHT)
    everybodys = endpoint()

    refused = [
        lambda: endpoints.add_endpoint(**fields, by=by_mia, now=NIGHT),
        lambda: endpoints.add_endpoint(**fields, team=payments, by=by_ada, now=NIGHT),
        lambda: endpoints.edit_endpoint(theirs, team=None, by=by_mia, now=NIGHT),
        lambda: endpoints.edit_endpoint(everybodys, name="Mine", by=by_mia, now=NIGHT),
        lambda: endpoints.rotate_secret(theirs, by=by_ada, now=NIGHT),
        lambda: endpoints.disable_endpoint(theirs, by=by_ada, now=NIGHT),
        lambda: endpoints.send_test(everybodys, by=by_mia, now=NIGHT),
    ]

    for call in refused:
        with pytest.raises(Refusal) as refusal:
            call()
        assert refusal.value.code == "not_permitted"
    assert not Message.objects.exists()


def test_a_disabled_webhook_is_neither_tried_nor_sent_anything_again(ada):
    hook = endpoint(types=["incident.declared"])
    declared_by(ada)
    endpoints.disable_endpoint(hook, by=SYSTEM, now=NIGHT)
    for call in (
        lambda: endpoints.send_test(hook, by=SYSTEM, now=NIGHT),
        lambda: redeliver(Message.objects.get(channel="webhook"), by=SYSTEM, now=NIGHT),
    ):
        with pytest.raises(Refusal) as refusal:
            call()
        assert refusal.value.code == "webhook_disabled"


def test_what_is_kept_of_a_webhook_cannot_be_read_in_the_database():
    hook = endpoint("https://1.1.1.1/a-secret-path")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notices_endpoint")
        stored = str(cursor.fetchall())

    assert "a-secret-path" not in stored
    assert hook.secret not in stored
    assert hook.host == "1.1.1.1"


def test_an_incident_is_told_to_its_end(ada):
    endpoint(types=["incident.declared", "incident.acknowledged", "incident.severity_changed", "incident.resolved"])
    one = declared_by(ada)
    lifecycle.acknowledge(one, by=SYSTEM, now=minutes(1))
    lifecycle.edit(one, severity=1, by=SYSTEM, now=minutes(2))
    lifecycle.resolve(one, by=SYSTEM, now=minutes(3))
    announce(now=minutes(3))

    assert [(kind, data.get("before"), data.get("after")) for kind, data in published()] == [
        ("incident.declared", None, None),
        ("incident.acknowledged", None, None),
        ("incident.severity_changed", 3, 1),
        ("incident.resolved", None, None),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_publishing_and_calling_cost_the_same_for_any_number_of_webhooks(count, ada, django_assert_num_queries):
    with stranger(answering(OK)) as server:
        for number in range(count):
            endpoint(server.url, name=f"Number {number}", types=["incident.declared"])
        incident(service=service(rule("lead", named(ada))))
        with django_assert_num_queries(22):
            announce(now=NIGHT)
        with django_assert_num_queries(10 + count):
            assert sending.send_due_webhooks(now=NIGHT) == count
