"""What the signals of a key do, in whatever order they arrive. Times are minutes after ``NIGHT``."""

from datetime import timedelta

import pytest

from oncall.incidents.intake import Action, Signal
from oncall.incidents.models import Assignment, Delivery, Incident, Outcome, SignalKey, TimelineEntry
from oncall.incidents.services.declaring import declare
from oncall.incidents.services.deliveries import receive
from oncall.incidents.services.lifecycle import reopen, resolve
from oncall.incidents.services.responding import REOPEN_WINDOW
from rotations.actors import Actor
from rotations.models import ActorKind
from tests.factories.access import integration
from tests.factories.incidents import NIGHT, named, on_call_in, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation

pytestmark = [pytest.mark.django_db, pytest.mark.long]

KEY = "checkout-5xx"


def minute(minutes):
    return None if minutes is None else NIGHT + timedelta(minutes=minutes)


class Sender:
    """Somebody who sends signals of one key."""

    def __init__(self, **fields):
        self.integration, _ = integration(**fields)

    def send(self, action, sent=None, arrives=60, *, broke=None, key=KEY, **fields):
        signal = Signal(
            action=Action(action),
            dedup_key=key,
            title=fields.pop("title", "Checkout 5xx"),
            sent_at=minute(sent),
            occurred_at=minute(broke),
            **fields,
        )
        return receive(self.integration, signal=signal, body="{}", now=minute(arrives))


@pytest.fixture
def sender():
    return Sender(slug="pager", name="Pager")


# action@sent, in order of arrival; -> outcomes; -> the status of each incident.
ORDERS = {
    "a trigger declares": ("trigger@1", "declared", "declared"),
    "a repeat attaches": ("trigger@1 trigger@2", "declared attached", "declared"),
    "an equal repeat attaches": ("trigger@1 trigger@1", "declared attached", "declared"),
    "an older repeat attaches": ("trigger@2 trigger@1", "declared attached", "declared"),
    "an older repeat does not make the key older": (
        "trigger@5 trigger@1 resolve@3",
        "declared attached stale",
        "declared",
    ),
    "acknowledged": ("trigger@1 acknowledge@2", "declared acknowledged", "acknowledged"),
    "acknowledged twice": (
        "trigger@1 acknowledge@2 acknowledge@3",
        "declared acknowledged attached",
        "acknowledged",
    ),
    "resolved": ("trigger@1 resolve@2", "declared resolved", "resolved"),
    "resolved after the acknowledgement": (
        "trigger@1 acknowledge@2 resolve@3",
        "declared acknowledged resolved",
        "resolved",
    ),
    "resolved twice": ("trigger@1 resolve@2 resolve@3", "declared resolved attached", "resolved"),
    "the same resolve again": ("trigger@1 resolve@2 resolve@2", "declared resolved stale", "resolved"),
    "a resolve before its trigger": ("resolve@2 trigger@1", "ignored stale", ""),
    "a resolve and a trigger of the same time": ("resolve@2 trigger@2", "ignored stale", ""),
    "a trigger and a resolve of the same time": ("trigger@2 resolve@2", "declared resolved", "resolved"),
    "a stale trigger after a resolve": ("trigger@1 resolve@3 trigger@2", "declared resolved stale", "resolved"),
    "a stale resolve after a trigger": ("trigger@3 resolve@2", "declared stale", "declared"),
    "a stale acknowledgement after a resolve": (
        "trigger@1 resolve@3 acknowledge@2",
        "declared resolved stale",
        "resolved",
    ),
    "a stale acknowledgement of what was triggered again": (
        "trigger@1 resolve@3 trigger@5 acknowledge@2",
        "declared resolved reopened stale",
        "declared",
    ),
    "triggered again": ("trigger@1 resolve@2 trigger@3", "declared resolved reopened", "declared"),
    "triggered again after a resolve that found nothing": ("resolve@1 trigger@2", "ignored declared", "declared"),
    "a late resolve of what was triggered again": (
        "trigger@1 trigger@5 resolve@3",
        "declared attached stale",
        "declared",
    ),
    "an acknowledgement of nothing": ("acknowledge@1 trigger@2", "ignored declared", "declared"),
    "an update of nothing": ("update@1", "ignored", ""),
    "an update": ("trigger@1 update@2", "declared updated", "declared"),
    "an update after the resolve hides it from nobody": (
        "trigger@1 resolve@3 update@4 trigger@2",
        "declared resolved updated stale",
        "resolved",
    ),
    "a test and what is ignored": ("test@1 ignore@2", "ignored ignored", ""),
}


@pytest.mark.parametrize(("arrivals", "outcomes", "statuses"), ORDERS.values(), ids=ORDERS.keys())
def test_signals_count_in_the_order_in_which_they_were_sent(sender, arrivals, outcomes, statuses):
    answers = [
        sender.send(action, int(sent), arrives)
        for arrives, (action, sent) in enumerate((one.split("@") for one in arrivals.split()), start=60)
    ]

    assert " ".join(answer.outcome for answer in answers) == outcomes
    assert " ".join(Incident.objects.order_by("number").values_list("status", flat=True)) == statuses
    assert Delivery.objects.filter(outcome="").count() == 0


def test_without_times_signals_count_as_they_arrive(sender):
    outcomes = [
        sender.send(action, None, arrives).outcome
        for arrives, action in enumerate(("trigger", "trigger", "resolve", "trigger"))
    ]

    assert outcomes == ["declared", "attached", "resolved", "reopened"]


def test_a_time_in_the_future_counts_as_the_time_received(sender):
    sender.send("trigger", 600, 60, broke=600)

    later = sender.send("resolve", 61, 62)

    assert later.outcome == Outcome.RESOLVED
    assert Incident.objects.get().occurred_at == minute(60)


def test_each_key_and_each_sender_has_its_own_incident(sender):
    other = Sender(slug="other")

    numbers = {
        sender.send("trigger").incident,
        sender.send("trigger", key="search").incident,
        other.send("trigger").incident,
    }

    assert len(numbers) == 3
    assert set(Incident.objects.values_list("source", "dedup_key")) == {
        ("pager", KEY),
        ("pager", "search"),
        ("other", KEY),
    }


def test_a_sender_may_name_another_source_and_then_shares_its_keys(sender):
    other = Sender(slug="other")

    first, second = sender.send("trigger"), other.send("trigger", source="pager")

    assert (second.outcome, second.incident) == (Outcome.ATTACHED, first.incident)


def test_without_a_key_every_trigger_is_an_incident(sender):
    answers = [sender.send("trigger", key="") for _ in range(2)]

    assert [answer.outcome for answer in answers] == ["declared", "declared"]
    assert not SignalKey.objects.exists()


def test_a_trigger_attaches_to_what_somebody_declared_with_its_key(sender):
    by_hand = declare(title="Shop is slow", source="pager", dedup_key=KEY, by=Actor.system(), now=NIGHT).incident

    attached = sender.send("trigger", 1)
    resolved = sender.send("resolve", 2)

    assert (attached.outcome, attached.incident) == (Outcome.ATTACHED, by_hand.number)
    assert (resolved.outcome, resolved.incident) == (Outcome.RESOLVED, by_hand.number)


# ── After a resolution ──


def test_what_broke_after_the_resolution_reopens_in_a_new_epoch(sender):
    sender.send("trigger", 1, 1)
    sender.send("resolve", 10, 12)

    again = sender.send("trigger", 20, 21, broke=11)

    incident = Incident.objects.get()
    assert (again.outcome, again.incident) == (Outcome.REOPENED, incident.number)
    assert (incident.status, incident.epoch) == ("declared", 2)


def test_what_broke_before_the_senders_resolution_attaches_as_still_firing(sender):
    sender.send("trigger", 1, 1)
    sender.send("resolve", 10, 12)

    again = sender.send("trigger", 20, 21, broke=9)

    incident = Incident.objects.get()
    assert (again.outcome, again.incident, incident.status) == (Outcome.ATTACHED, incident.number, "resolved")
    assert TimelineEntry.objects.filter(text="Pager: still firing").count() == 1


@pytest.mark.parametrize(("broke", "outcome"), [(29, "attached"), (30, "attached"), (31, "reopened")])
def test_where_a_person_resolved_our_clock_says_what_came_after(sender, broke, outcome):
    sender.send("trigger", 1, 1)
    resolve(Incident.objects.get(), by=Actor.of_person(person("Ada")), now=minute(30))

    assert sender.send("trigger", 40, 41, broke=broke).outcome == outcome


def test_what_broke_before_a_person_resolved_again_stays_resolved(sender):
    sender.send("trigger", 1, 1)
    sender.send("resolve", 10, 12)
    by = Actor.of_person(person("Ada"))
    reopen(Incident.objects.get(), by=by, now=minute(15))
    resolve(Incident.objects.get(), by=by, now=minute(60))

    assert sender.send("trigger", 61, 61, broke=30).outcome == Outcome.ATTACHED


@pytest.mark.parametrize(
    ("after", "outcome"), [(REOPEN_WINDOW, "reopened"), (REOPEN_WINDOW + timedelta(seconds=1), "declared")]
)
def test_after_the_reopen_window_it_is_a_new_incident_that_is_linked(sender, after, outcome):
    first = sender.send("trigger", 1, 1)
    sender.send("resolve", 10, 10)
    later = (minute(10) + after - NIGHT).total_seconds() / 60

    again = sender.send("trigger", later, later)

    assert again.outcome == outcome
    if outcome == "declared":
        note = TimelineEntry.objects.get(incident=again.incident, kind="signal")
        assert (note.text, note.data["earlier"]) == (
            f"Pager: triggered. As incident #{first.incident}, resolved before.",
            first.incident,
        )
        assert sender.send("resolve", later + 1, later + 1).incident == again.incident


# ── What an incident is made of ──


def test_an_incident_takes_what_the_signal_says():
    checkout = service(slug="checkout")
    sender = Sender(slug="pager", name="Pager", severity_map={"sev-1": 1})

    sender.send(
        "trigger",
        2,
        3,
        broke=1,
        severity=(("SEV-1",),),
        service="checkout",
        url="https://pager.example.test/i/1",
        is_drill=True,
    )

    incident = Incident.objects.get()
    assert (incident.title, incident.severity, incident.service, incident.source, incident.dedup_key) == (
        "Checkout 5xx",
        1,
        checkout,
        "pager",
        KEY,
    )
    assert (incident.is_drill, incident.occurred_at, incident.declared_at) == (True, minute(1), minute(3))
    assert (incident.declared_by_kind, incident.declared_by_id, incident.declared_by_name) == (
        ActorKind.INTEGRATION,
        sender.integration.pk,
        "Pager",
    )
    note = TimelineEntry.objects.get(kind="signal")
    assert (note.text, note.data) == (
        "Pager: triggered.",
        {
            "url": "https://pager.example.test/i/1",
            "service": "checkout",
            "sent_at": "2026-11-20T03:02:00+00:00",
        },
    )


@pytest.mark.parametrize("name", ["checkout", "Checkout", "CHECK out", "Check-Out!"])
def test_a_service_is_known_by_its_slug_or_its_name(name):
    service(slug="other")
    expected = service(slug="check-out" if "-" in name or " " in name else "checkout", name="Checkout")

    Sender().send("trigger", service=name)

    assert Incident.objects.get().service == expected


def test_a_slug_goes_before_a_name():
    service(slug="other", name="checkout")
    checkout = service(slug="checkout", name="Shop")

    Sender().send("trigger", service="checkout")

    assert Incident.objects.get().service == checkout


def test_an_unknown_service_opens_on_the_default_service_and_the_timeline_says_so():
    checkout = service(slug="checkout")
    sender = Sender(name="Pager", default_service=checkout)

    answer = sender.send("trigger", service="legacy")

    said = "No service is called 'legacy'; opened on Checkout."
    assert Incident.objects.get().service == checkout
    assert Delivery.objects.get(pk=answer.delivery).detail == said
    assert TimelineEntry.objects.get(kind="signal").text == f"Pager: triggered. {said}"


def test_a_severity_that_nobody_knows_is_the_integrations_default():
    Sender(default_severity=4).send("trigger", severity=(("purple",),))

    assert Incident.objects.get().severity == 4


def test_a_title_that_is_too_long_is_cut_and_never_refused(sender):
    sender.send("trigger", title="x" * 500)

    assert Incident.objects.get().title == "x" * 300


def test_people_whom_the_sender_would_ask_are_a_hint_and_no_command():
    ada, bo = person("Ada"), person("Bo", external_ids={"pagerduty": "PUSER02"})
    primary = schedule("primary")
    weekly_rotation(primary, [ada])
    checkout = service(rule("lead", on_call_in(primary), named(bo)))

    Sender(kind="pagerduty", default_service=checkout).send("trigger", external_ids=("PUSER02",))

    assignment = Assignment.objects.get()
    assert assignment.person == ada
    assert {one["name"]: one["hinted"] for one in assignment.evidence} == {"Ada": False, "Bo": True}


def test_an_acknowledgement_names_whoever_gave_it():
    person("Ada", external_ids={"pagerduty": "PUSER01"})
    sender = Sender(kind="pagerduty", name="PagerDuty")
    sender.send("trigger", 1)

    sender.send("acknowledge", 2, agent="PUSER01")

    entry = TimelineEntry.objects.get(kind="acknowledged")
    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == (
        ActorKind.INTEGRATION,
        sender.integration.pk,
        "Ada via PagerDuty",
    )


def test_an_update_takes_over_severity_and_title_and_says_the_news(sender):
    sender.send("trigger", 1)

    sender.send("update", 2, severity=(("P1",),), title="Checkout is down", news="priority updated: P1")

    incident = Incident.objects.get()
    assert (incident.severity, incident.title) == (1, "Checkout is down")
    assert TimelineEntry.objects.filter(text="Pager: priority updated: P1").count() == 1


def test_an_update_without_a_severity_leaves_ours(sender):
    sender.send("trigger", 1, severity=(("P2",),))

    sender.send("update", 2, title="", news="escalated")

    assert Incident.objects.get().severity == 2


def test_a_repeat_changes_nothing(sender):
    sender.send("trigger", 1)
    before = list(TimelineEntry.objects.values()), Incident.objects.values().get()

    sender.send("trigger", 2, title="Other", severity=(("P1",),))

    assert (list(TimelineEntry.objects.values()), Incident.objects.values().get()) == before
