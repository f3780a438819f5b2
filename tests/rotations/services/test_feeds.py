"""Calendar links: one subject each, everybody's own, and noted sparingly."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from rotations.actors import Actor
from rotations.errors import Conflict, NotPermitted, NotThere
from rotations.models import CalendarLink
from rotations.secrets import digest_of
from rotations.services.feeds import add_calendar_link, note_fetch, revoke_calendar_link, rotate_calendar_link
from tests.factories.rotations import EARLY, administrator, calendar_link, person, schedule
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
    for act in (rotate_calendar_link, revoke_calendar_link):
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
