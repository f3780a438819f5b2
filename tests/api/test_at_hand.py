"""Answers that are kept as bytes are the same as those that are made anew, and never those of yesterday."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.utils import timezone

from api import at_hand
from oncall.access.models import ApiToken
from oncall.access.services.tokens import USE_IS_NOTED_EVERY, revoke_token
from rotations.actors import Actor
from rotations.models import Rotation
from rotations.services.overrides import end_override
from rotations.services.people import deactivate_person, edit_person
from rotations.services.rotations import edit_rotation
from rotations.services.schedules import archive_schedule, edit_schedule
from tests.api.callers import Caller, Heard, person_calling, problem, service_calling
from tests.factories.access import api_token
from tests.factories.rotations import absence, draft, override, schedule, weekly_rotation

SYSTEM = Actor.system()
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
BOARD, PRIMARY = "on-call/", "schedules/payments-primary/on-call/"
ADDRESSES = [BOARD, PRIMARY, "/api/v1/on-call/?schedule=payments-primary", "/api/v1/on-call/?format=text"]


@pytest.fixture
def relay(company) -> Caller:
    caller = service_calling("read")
    caller.get("people/")  # notes that the token is in use, once a minute
    return caller


@pytest.fixture
def pass_time(monkeypatch, night) -> Callable[[timedelta], None]:
    return lambda passed: monkeypatch.setattr(timezone, "now", lambda: night + passed)


@pytest.fixture
def kept(django_capture_on_commit_callbacks) -> Callable[[Caller, str], Heard]:
    """Ask until the answer is kept, which is on commit, and return it."""

    def ask(caller: Caller, path: str) -> Heard:
        with django_capture_on_commit_callbacks(execute=True):
            return [caller.get(path) for _ in range(at_hand.KEPT_AT)][-1]

    return ask


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_is_asked_again_and_again_takes_one_query_and_is_the_same(
    company, relay, path, django_assert_num_queries, kept
):
    made = kept(relay, path)

    with django_assert_num_queries(1):
        heard = relay.get(path)

    assert (heard.status, heard.body) == (200, made.body)
    assert {**heard.headers, "X-Request-Id": ""} == {**made.headers, "X-Request-Id": ""}


def test_a_kept_answer_tells_the_moment_at_which_it_is_given(
    company, relay, pass_time, django_assert_num_queries, kept
):
    made = kept(relay, BOARD)
    pass_time(30 * SECOND)

    with django_assert_num_queries(1):
        heard = relay.get(BOARD)

    assert heard.body == made.body | {"at": "2026-11-20T03:00:30Z"}


def test_an_answer_is_kept_until_the_handoff_and_not_for_an_instant_more(company, relay, pass_time, night, kept):
    handoff = timedelta(days=3, hours=6)  # Monday 09:00
    pass_time(handoff - SECOND)
    relay.get("people/")
    before = kept(relay, PRIMARY)
    pass_time(handoff)

    after = relay.get(PRIMARY)

    assert [one["person"]["name"] for heard in (before, after) for one in heard.body["people"]] == [
        "Ada Okafor",
        "Bo Lind",
    ]


def test_no_write_leaves_a_kept_answer_stale(company, relay, night, kept):
    primary, rotation = company.primary, Rotation.objects.get(pk=company.rotation)
    ada, bo, otto = company.ada, company.bo, company.otto
    edits: list[Callable[[], object]] = [
        lambda: override(primary, night, HOUR, person=bo, replaces=ada, now=night),
        lambda: edit_person(bo, name="Bo Berg", by=SYSTEM, now=night),
        lambda: edit_person(bo, email="berg@example.test", by=SYSTEM, now=night),
        lambda: end_override(primary.overrides.get(), by=SYSTEM, now=night),
        lambda: edit_schedule(primary, name="Payments", absence_policy="next", by=SYSTEM, now=night),
        lambda: absence(ada, night, HOUR, now=night),
        lambda: edit_rotation(rotation, draft=draft([otto]), by=SYSTEM, now=night),
        lambda: deactivate_person(otto, by=SYSTEM, now=night),
        lambda: weekly_rotation(schedule("search-primary", of=company.search), [bo]),
        lambda: edit_schedule(primary, slug="payments", by=SYSTEM, now=night),
        lambda: archive_schedule(primary, by=SYSTEM, now=night),
    ]
    was = kept(relay, BOARD).body

    for number, edit in enumerate(edits):
        edit()
        heard = relay.get(BOARD).body
        at_hand.forget()
        assert heard == relay.get(BOARD).body, number
        assert heard != was, number
        was = kept(relay, BOARD).body


def test_what_was_written_while_an_answer_was_made_is_not_missed(
    company, relay, night, django_capture_on_commit_callbacks
):
    written: list[str] = []

    def write_meanwhile(execute, sql, params, many, context):
        if 'FROM "rotations_person"' in sql and not written:
            written.append("Written meanwhile")
            edit_schedule(company.primary, name=written[0], by=SYSTEM, now=night)
        return execute(sql, params, many, context)

    with django_capture_on_commit_callbacks(execute=True):
        [relay.get(PRIMARY) for _ in range(at_hand.KEPT_AT - 1)]
        with connection.execute_wrapper(write_meanwhile):
            made = relay.get(PRIMARY)

    assert (made.body["name"], relay.get(PRIMARY).body["name"]) == ("Payments primary", "Written meanwhile")


def test_a_revoked_token_is_refused_at_once(company, relay, kept):
    kept(relay, BOARD)
    revoke_token(ApiToken.objects.get(), by=SYSTEM, now=timezone.now())

    assert problem(relay.get(BOARD)) == {"status": 401, "code": "invalid_token", "errors": []}


def test_a_token_that_expires_is_refused_from_then_on(company, pass_time, night, kept):
    _, secret = api_token(expires_at=night + SECOND)
    caller = Caller({"Authorization": f"Bearer {secret}"})
    kept(caller, BOARD)
    pass_time(SECOND)

    assert problem(caller.get(BOARD)) == {"status": 401, "code": "invalid_token", "errors": []}


def test_the_token_of_whoever_was_deactivated_is_refused_at_once(company, night, kept):
    caller = person_calling(company.otto)
    kept(caller, BOARD)
    deactivate_person(company.otto, by=SYSTEM, now=night)

    assert problem(caller.get(BOARD)) == {"status": 401, "code": "invalid_token", "errors": []}


def test_nobody_hears_a_kept_answer_without_a_token(company, relay, kept):
    kept(relay, BOARD)

    strangers = [Caller(), Caller({"Authorization": "Bearer oc_unknown"}), Caller(session=company.ada)]

    assert [stranger.get(BOARD).status for stranger in strangers] == [401, 401, 200]


def test_the_use_of_a_token_is_noted_once_a_minute_all_the_same(company, relay, pass_time, night, kept):
    kept(relay, BOARD)
    pass_time(USE_IS_NOTED_EVERY)

    relay.get(BOARD)

    assert ApiToken.objects.get().last_used_at == night + USE_IS_NOTED_EVERY


@pytest.mark.parametrize("question", [{"at": "2026-11-20T03:00:00Z"}, {"team": "payments"}])
def test_what_no_revision_tells_of_is_not_kept(company, relay, question, kept, django_assert_num_queries):
    path = f"/api/v1/on-call/?{urlencode(question)}"
    kept(relay, path)

    with django_assert_num_queries(4):
        relay.get(path)


def test_a_refusal_is_not_kept(company, relay, kept):
    refused = kept(relay, "/api/v1/on-call/?schedule=nope")
    schedule("nope", of=company.search)

    assert (refused.status, relay.get(BOARD, schedule="nope").status) == (400, 200)
