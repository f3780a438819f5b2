"""Calendar links: one subject each, everybody's own, and noted sparingly."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from rotations.actors import Actor
from rotations.errors import Conflict, NotPermitted, NotThere, Refusal
from rotations.models import CalendarLink
from rotations.secrets import digest_of
from rotations.services.feeds import (
    add_calendar_link,
    edit_calendar_link,
    note_fetch,
    revoke_calendar_link,
    rotate_calendar_link,
)
from rotations.services.people import deactivate_person
from rotations.services.schedules import archive_schedule
from tests.factories.rotations import EARLY, administrator, calendar_link, person, schedule, team
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
SYSTEM = Actor.system()


def test_a_link_is_named_after_what_it_shows_and_keeps_its_token_as_a_digest():
    ada, primary = person("Ada"), schedule()

    link, token = calendar_link(ada, schedule=primary)

    link.refresh_from_db()
    assert (link.name, link.owner, link.token_digest, link.created_at) == (
        "Payments primary",
        ada,
        digest_of(token),
        EARLY,
    )


def test_a_link_shows_one_schedule_or_one_person():
    ada, primary = person("Ada"), schedule()

    neither_and_both: tuple[dict[str, Any], ...] = ({}, {"schedule": primary, "person": ada})
    for about in neither_and_both:
        with pytest.raises(ValidationError) as refused:
            add_calendar_link(owner=ada, **about, name="Mine", by=SYSTEM, now=NOW)
        assert [error.code for error in refused.value.error_dict["__all__"]] == ["invalid"]
    assert CalendarLink.objects.count() == 0

    link, _ = calendar_link(ada)
    with arranging(), pytest.raises(IntegrityError), transaction.atomic():
        CalendarLink.objects.filter(pk=link.pk).update(schedule=primary)


def test_somebody_elses_links_are_not_there_for_others():
    ada, bo, root = person("Ada"), person("Bo"), administrator()
    link, _ = calendar_link(ada)
    by = Actor.of_person(bo)

    with pytest.raises(NotPermitted):
        add_calendar_link(owner=ada, person=ada, by=by, now=NOW)
    for act in (rotate_calendar_link, revoke_calendar_link, edit_calendar_link):
        with pytest.raises(NotThere):
            act(link, by=by, now=NOW)

    assert revoke_calendar_link(link, by=Actor.of_person(root), now=NOW).revoked_at == NOW


def test_revoking_twice_is_harmless_and_what_is_revoked_gets_no_new_token():
    ada = person("Ada")
    link, _ = calendar_link(ada)
    by = Actor.of_person(ada)

    revoke_calendar_link(link, by=by, now=NOW)
    again = revoke_calendar_link(link, by=by, now=NOW + timedelta(hours=1))

    assert again.revoked_at == NOW
    with pytest.raises(Conflict) as refused:
        rotate_calendar_link(link, by=by, now=NOW)
    assert refused.value.code == "revoked"


def test_a_fetch_is_noted_when_the_last_one_is_a_minute_old():
    link, _ = calendar_link(person("Ada"))
    noted = []

    for seconds in (0, 59, 60):
        link.refresh_from_db()
        note_fetch(link, client="x" * 300, now=NOW + timedelta(seconds=seconds))
        noted.append(CalendarLink.objects.get().last_fetched_at)

    assert noted == [NOW, NOW, NOW + timedelta(seconds=60)]
    assert CalendarLink.objects.get().last_client == "x" * 200


@pytest.mark.parametrize(
    ("options", "field", "code"),
    [
        ({"past_days": 400, "future_days": 1}, "__all__", "window_too_long"),
        ({"past_days": 221}, "__all__", "window_too_long"),
        ({"past_days": -1}, "past_days", "min_value"),
        ({"future_days": 0}, "future_days", "min_value"),
        ({"gaps": True}, "__all__", "invalid"),
        ({"alarms": [1, 2, 3, 4]}, "alarms", "invalid"),
        ({"alarms": [5, 5]}, "alarms", "invalid"),
        ({"alarms": [-1]}, "alarms", "invalid"),
        ({"alarms": [40_321]}, "alarms", "invalid"),
        ({"alarms": [True]}, "alarms", "invalid"),
        ({"alarms": "10"}, "alarms", "invalid"),
        ({"name": " "}, "name", "blank"),
    ],
)
def test_an_option_out_of_range_changes_nothing(options: dict[str, Any], field: str, code: str):
    link, _ = calendar_link(person("Ada"))
    before = CalendarLink.objects.values().get()

    with pytest.raises(ValidationError) as refused:
        edit_calendar_link(link, **options, by=SYSTEM, now=NOW)

    assert code in [error.code for error in refused.value.error_dict[field]]
    assert CalendarLink.objects.values().get() == before


def test_options_are_kept_with_the_link():
    ada, payments = person("Ada"), team("payments")
    by = Actor.of_person(ada)
    link, token = add_calendar_link(
        owner=ada, team=payments, past_days=0, future_days=400, gaps=True, alarms=[10], by=by, now=NOW
    )

    edit_calendar_link(link, name="Ours", merge=True, busy=True, by=by, now=NOW + timedelta(hours=1))
    edit_calendar_link(link, name="Ours", merge=True, by=by, now=NOW + timedelta(hours=2))

    row = CalendarLink.objects.get()
    assert (row.name, row.team, row.past_days, row.future_days) == ("Ours", payments, 0, 400)
    assert (row.gaps, row.alarms, row.merge, row.busy) == (True, [10], True, True)
    # What changes nothing is no revision.
    assert (row.revision, row.changed_at, row.token_digest) == (1, NOW + timedelta(hours=1), digest_of(token))


def test_a_revoked_link_is_not_changed():
    ada = person("Ada")
    link, _ = calendar_link(ada)
    revoke_calendar_link(link, by=Actor.of_person(ada), now=NOW)

    with pytest.raises(Conflict) as refused:
        edit_calendar_link(link, busy=True, by=Actor.of_person(ada), now=NOW)

    assert (refused.value.code, CalendarLink.objects.get().busy) == ("revoked", False)


def test_an_option_that_there_is_not_is_a_mistake_of_ours():
    link, _ = calendar_link(person("Ada"))

    with pytest.raises(TypeError, match="no colour, schedule to set"):
        edit_calendar_link(link, colour="red", schedule=None, by=SYSTEM, now=NOW)


def test_the_links_of_a_schedule_are_revoked_when_it_is_archived():
    ada, primary, other = person("Ada"), schedule(), schedule("other")
    for about in ({"schedule": primary}, {"schedule": other}, {"team": primary.team}, {"person": ada}):
        calendar_link(ada, **about)
    before, _ = calendar_link(ada, schedule=primary)
    revoke_calendar_link(before, by=Actor.of_person(ada), now=NOW - timedelta(days=1))

    archive_schedule(primary, by=SYSTEM, now=NOW)

    revoked = [
        (link.schedule, link.revoked_at) for link in CalendarLink.objects.exclude(revoked_at=None).order_by("pk")
    ]
    assert revoked == [(primary, NOW), (primary, NOW - timedelta(days=1))]


def test_nothing_is_published_of_who_is_gone_and_what_is_closed():
    ada, bo, primary = person("Ada"), person("Bo"), schedule()
    deactivate_person(bo, by=SYSTEM, now=NOW)
    archive_schedule(primary, by=SYSTEM, now=NOW)

    asked: dict[str, dict[str, Any]] = {
        "person_deactivated": {"person": bo},
        "archived": {"schedule": primary},
    }
    for code, about in asked.items():
        with pytest.raises(Refusal) as refused:
            add_calendar_link(owner=ada, **about, by=Actor.of_person(ada), now=NOW)
        assert refused.value.code == code
    with pytest.raises(Refusal, match="Bo is deactivated"):
        add_calendar_link(owner=bo, team=primary.team, by=SYSTEM, now=NOW)
    assert not CalendarLink.objects.exists()
