"""What was sent long ago is forgotten, the oldest first; what happened, and what waits, is not."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from oncall.incidents.models import TimelineEntry
from oncall.notices.models import Event, Message, Notice
from oncall.notices.services import sending
from oncall.notices.services.announcing import announce
from oncall.notices.services.forgetting import forget_old
from tests.factories.incidents import NIGHT, incident
from tests.factories.notices import endpoint, message
from tests.strangers import ALLOWED
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

SEASON = timedelta(days=90)


def sent(to):
    """Send a mail at ``NIGHT``."""
    one = message(to)
    sending.send_due_mail(now=NIGHT)
    return one


def test_what_was_sent_more_than_90_days_ago_is_forgotten_and_what_happened_is_not(ada, bo):
    sent(ada)
    told, waiting = Notice.objects.count(), message(bo)
    happened = TimelineEntry.objects.count()

    assert forget_old(now=NIGHT + SEASON) == 0
    assert forget_old(now=NIGHT + SEASON + timedelta(seconds=1)) == told
    assert [*Message.objects.values_list("pk", flat=True)] == [waiting.pk]
    assert [one.pk for one in Notice.objects.all()] == [waiting.notice_id]
    assert TimelineEntry.objects.count() == happened
    assert announce(now=NIGHT + SEASON + timedelta(seconds=1)) == 0


def test_an_event_is_forgotten_once_no_webhook_waits_for_it(settings):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network(ALLOWED),)
    for name in ("Status page", "Chat"):
        endpoint(name=name)
    incident()
    announce(now=NIGHT)
    first, second = Message.objects.filter(channel="webhook")
    with arranging():
        Message.objects.filter(pk=first.pk).update(state="given_up", due_at=None)

    assert forget_old(now=NIGHT + 2 * SEASON) == 0
    with arranging():
        Message.objects.filter(pk=second.pk).update(state="given_up", due_at=None)
    assert (forget_old(now=NIGHT + 2 * SEASON), Event.objects.count()) == (2, 0)


def test_a_batch_is_bounded_and_takes_the_oldest_by_the_index_of_their_age(ada, bo):
    old, young = sent(ada), sent(bo)
    with arranging():
        Message.objects.filter(pk=young.pk).update(created_at=NIGHT + timedelta(hours=1))

    assert forget_old(now=NIGHT + 2 * SEASON, limit=1) == 1
    assert not Message.objects.filter(pk=old.pk).exists()
    assert Message.objects.filter(pk=young.pk).exists()

    if connection.vendor == "sqlite":
        plan = Message.objects.filter(created_at__lt=NIGHT, due_at=None).order_by("created_at")[:1].explain()
        assert "message_by_age" in plan


def test_it_is_forgotten_by_itself(ada):
    sent(ada)
    with arranging():
        Message.objects.update(created_at=timezone.now() - 2 * SEASON)
    current_app.loader.import_default_modules()

    assert current_app.tasks["notices.forget"]() == 1
    assert not Message.objects.exists()
