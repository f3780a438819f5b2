"""What arrives in somebody's mailbox? The whole text, the links, the headers by which mail programs sort it."""

import re
from datetime import timedelta
from email.utils import parseaddr
from itertools import pairwise
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any, ClassVar

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from oncall.incidents.models import TimelineEntry
from oncall.incidents.services import handoffs, roles
from oncall.incidents.services.handoffs import HandoffNote
from oncall.notices.models import Message, Notice, State, Watch
from oncall.notices.services import sending
from oncall.notices.services.announcing import announce
from oncall.notices.services.deadlines import remind_of_deadlines
from oncall.notices.services.preferences import choose_notices
from oncall.notices.services.redelivering import redeliver
from rotations.actors import Actor
from rotations.errors import Refusal
from rotations.services.people import deactivate_person, edit_person
from tests.factories.incidents import NIGHT, incident, named, role, rule, service
from tests.factories.rotations import administrator
from tests.oncall.notices.hearing import minutes, noted, nothing_waits

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = "https://oncall.example.test"


class Server(EmailBackend):
    """A mail server that raises, or does and then times out, what ``answers`` says of each mail; or takes it."""

    answers: ClassVar[list[Any]] = []
    opens: ClassVar[list[Exception | None]] = []
    opened: ClassVar[int] = 0

    def open(self) -> bool:
        Server.opened += 1
        if self.opens and (problem := self.opens.pop(0)):
            raise problem
        return True

    def send_messages(self, messages: Any) -> int:
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, BaseException):
            raise answer
        if answer is not None:
            answer()
            raise TimeoutError("timed out")
        return int(super().send_messages(messages))


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "tests.oncall.notices.test_mail.Server"
    Server.answers, Server.opens, Server.opened = [], [], 0
    return Server


def offered_to(*people, title: str = "Checkout 5xx"):
    """Declare an incident in which each of ``people`` is asked for a role of their own; return it announced."""
    names = ("lead", "scribe", "comms")
    rules = [rule(name, named(person)) for name, person in zip(names, people, strict=False)]
    one = incident(title, service=service(*rules, slug=f"service-{Notice.objects.count()}"))
    announce(now=NIGHT)
    return one


def standing() -> list[tuple[str, str, int]]:
    """Return each message: to whom, its state, its attempts."""
    return [
        (one.notice.person.name, one.state, one.attempts)
        for one in Message.objects.select_related("notice__person").order_by("notice_id")
        if one.notice
    ]


def test_an_offer_as_it_is_read(bo, mailoutbox):
    one = offered_to(bo)

    assert sending.send_due(now=NIGHT) == 1
    [letter] = mailoutbox
    message = Message.objects.get()
    assert letter.subject == f"You are asked to be Lead: #{one.pk} Checkout 5xx"
    assert letter.to == ["Bo <bo@example.test>"]
    assert letter.body == (
        "You are asked to be Lead.\n"
        "\n"
        "Why you: named in the response plan.\n"
        "\n"
        "Answer by 04:05 CET; until then you hold it, and after that it is passed on.\n"
        "\n"
        f"Accept or decline: https://oncall.example.test/incidents/{one.pk}/\n"
        "\n"
        "--\n"
        "Oncall · what you are told: https://oncall.example.test/me/notices/\n"
    )
    assert letter.extra_headers == {
        "Message-ID": f"<{message.pk}@oncall.example.test>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": "<https://oncall.example.test/me/notices/>",
        "In-Reply-To": f"<incident-{one.pk}@oncall.example.test>",
        "References": f"<incident-{one.pk}@oncall.example.test>",
    }
    assert (message.state, message.sent_at, message.attempts) == ("sent", NIGHT, 1)


def test_the_page_says_the_same_and_nothing_in_it_is_markup_of_others(ada, bo, mailoutbox):
    one = offered_to(ada, title='<b>"Checkout" & more</b>')
    roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=NIGHT)
    note = HandoffNote(status="<script>alert(1)</script>\nand a second line")
    handoffs.offer_handoff(one, role=role(), person=ada, to=bo, note=note, by=Actor.of_person(ada), now=NIGHT)
    announce(now=NIGHT)
    sending.send_due(now=NIGHT)

    letter = mailoutbox[-1]
    [(page, kind)] = letter.alternatives
    assert kind == "text/html"
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page) == [
        f"You are asked to take Lead over from Ada: #{one.pk} &lt;b&gt;&quot;Checkout&quot; &amp; more&lt;/b&gt;"
    ]
    assert re.findall(r"<p[^>]*>(.*?)</p>", page, re.DOTALL)[:2] == [
        "Ada asks you to take Lead over; Ada stays Lead until you accept.",
        "Status: &lt;script&gt;alert(1)&lt;/script&gt;<br>and a second line",
    ]
    assert f'href="https://oncall.example.test/incidents/{one.pk}/"' in page
    assert "Status: <script>alert(1)</script>\nand a second line" in letter.body


def test_a_title_with_a_line_break_and_a_name_in_any_script_make_a_mail(ada, mailoutbox):
    edit_person(ada, name="Ada Ọkáfọ̀r, “PhD”", by=Actor.of_person(ada), now=NIGHT)
    offered_to(ada, title="Checkout\nBcc: mallory@example.test")
    sending.send_due(now=NIGHT)

    [letter] = mailoutbox
    whole = letter.message()
    assert "\n" not in letter.subject
    assert whole["Bcc"] is None
    assert parseaddr(str(whole["To"]))[1] == "ada@example.test"


def test_mail_goes_out_in_order_of_due_time_a_batch_at_a_time(ada, server):
    one = offered_to(ada)
    for number in range(11):
        noted(one, "may_release", f"Number {number}", role="lead", seat=1, person=ada.pk)
    announce(now=minutes(1))

    counts = [sending.send_due_mail(now=minutes(2)) for _ in range(3)]

    assert (counts, Server.opened) == ([10, 2, 0], 2)
    assert [letter.body.partition("\n")[0] for letter in mail.outbox[1:]] == [f"Number {n}." for n in range(11)]


def test_a_server_that_is_away_costs_one_connection_and_everything_is_sent_later(ada, bo, server):
    offered_to(ada, bo)
    server.opens += [ConnectionRefusedError(111, "Connection refused")]

    sending.send_due(now=NIGHT)

    assert (standing(), server.opened) == ([("Ada", "waiting", 1), ("Bo", "waiting", 1)], 1)
    assert {one.result for one in Message.objects.all()} == {"ConnectionRefusedError: [Errno 111] Connection refused"}
    assert sending.send_due(now=NIGHT) == 0
    sending.send_due(now=minutes(1))
    assert standing() == [("Ada", "sent", 2), ("Bo", "sent", 2)]


def test_one_that_fails_delays_no_other_and_keeps_its_id(ada, bo, server):
    offered_to(ada, bo)
    server.answers += [SMTPServerDisconnected("please run connect() first")]
    first = Message.objects.order_by("notice_id").first()

    sending.send_due(now=NIGHT)
    sending.send_due(now=minutes(1))

    assert standing() == [("Ada", "sent", 2), ("Bo", "sent", 1)]
    assert [letter.to for letter in mail.outbox] == [["Bo <bo@example.test>"], ["Ada <ada@example.test>"]]
    assert mail.outbox[1].extra_headers["Message-ID"] == f"<{first and first.pk}@oncall.example.test>"


@pytest.mark.parametrize(
    ("codes", "state", "words"),
    [
        ({"ada@example.test": (550, b"No such user")}, "given_up", "550 No such user"),
        ({"ada@example.test": (450, b"Greylisted")}, "waiting", "450 Greylisted"),
    ],
)
def test_an_address_that_is_refused_for_good_is_not_tried_again(codes, state, words, ada, server):
    offered_to(ada)
    server.answers += [SMTPRecipientsRefused(codes)]

    sending.send_due(now=NIGHT)

    message = Message.objects.get()
    assert (message.state, message.result) == (state, words)


def test_it_is_given_up_after_ten_attempts_in_about_a_day(ada, server):
    offered_to(ada)
    server.answers += [TimeoutError("timed out")] * 20
    now, attempts = NIGHT, []
    while (message := Message.objects.get()).state == State.WAITING:
        now = message.due_at or now
        attempts.append(now - NIGHT)
        sending.send_due(now=now)

    assert (len(attempts), message.state, message.result) == (10, "given_up", "TimeoutError: timed out")
    delays = [(later - earlier).total_seconds() for earlier, later in pairwise(attempts)]
    plain = [10, 40, 160, 640, 2560, 10240, 28800, 28800, 28800]
    assert [0.8 * one <= delay <= 1.2 * one for one, delay in zip(plain, delays, strict=True)] == [True] * 9
    assert timedelta(hours=22) < attempts[-1] < timedelta(hours=34)


class Killed(BaseException):
    """The process is gone before it could note anything."""


def test_a_killed_worker_leaves_its_mail_to_the_next_with_the_same_id(ada, server):
    offered_to(ada)
    [message] = Message.objects.all()
    server.answers += [Killed()]

    with pytest.raises(Killed):
        sending.send_due(now=NIGHT)

    assert sending.send_due(now=NIGHT + sending.LEASE - timedelta(seconds=1)) == 0
    assert sending.send_due(now=NIGHT + sending.LEASE) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{message.pk}@oncall.example.test>"
    assert standing() == [("Ada", "sent", 2)]


def test_a_worker_that_was_slow_does_not_undo_what_the_next_one_did(ada, server):
    offered_to(ada)
    # While the first one waits for the server, its time passes, and another one sends.
    server.answers += [lambda: sending.send_due(now=NIGHT + sending.LEASE), None]

    sending.send_due(now=NIGHT)

    assert standing() == [("Ada", "sent", 2)]
    assert Message.objects.get().sent_at == NIGHT + sending.LEASE


def test_what_somebody_muted_is_kept_and_not_sent(ada, bo, mailoutbox):
    choose_notices(ada, muted=["roles"], by=Actor.of_person(ada), now=NIGHT)
    one = offered_to(ada, bo)
    for person in (ada, bo):
        noted(one, "may_release", role="lead", seat=1, person=person.pk)
    announce(now=NIGHT)
    sending.send_due(now=NIGHT)

    assert standing() == [("Ada", "sent", 1), ("Bo", "sent", 1), ("Ada", "muted", 0), ("Bo", "sent", 1)]


def test_a_reminder_that_comes_too_late_is_dropped_and_so_is_mail_to_who_has_left(ada, bo, mailoutbox):
    offered_to(ada)
    nothing_waits()
    sending.send_due(now=NIGHT)
    remind_of_deadlines(now=minutes(4))
    sending.send_due(now=minutes(5))
    assert standing() == [("Ada", "sent", 1), ("Ada", "dropped", 0)]

    offered_to(bo)
    deactivate_person(bo, by=Actor.system(), now=NIGHT)
    sending.send_due(now=minutes(6))
    assert standing()[2:] == [("Bo", "dropped", 0)]
    assert len(mailoutbox) == 1


def test_an_administrator_sends_one_again_with_the_same_id(ada, mailoutbox):
    offered_to(ada)
    sending.send_due(now=NIGHT)
    message = Message.objects.get()

    redeliver(message, by=Actor.of_person(administrator("Root")), now=minutes(1))
    sending.send_due(now=minutes(1))

    ids = {letter.extra_headers["Message-ID"] for letter in mailoutbox}
    assert (len(mailoutbox), ids) == (2, {f"<{message.pk}@oncall.example.test>"})


def test_nobody_else_sends_it_again_and_not_to_who_has_left(ada, bo):
    offered_to(ada)
    message = Message.objects.get()
    with pytest.raises(Refusal) as refused:
        redeliver(message, by=Actor.of_person(bo), now=minutes(1))
    assert refused.value.code == "not_permitted"

    deactivate_person(ada, by=Actor.system(), now=minutes(1))
    with pytest.raises(Refusal) as refused:
        redeliver(message, by=Actor.of_person(administrator("Root")), now=minutes(2))
    assert refused.value.code == "person_deactivated"


@pytest.mark.parametrize("count", [1, 3])
def test_sending_costs_the_same_for_any_number_of_mails(count, ada, bo, cy, django_assert_num_queries, mailoutbox):
    offered_to(*(ada, bo, cy)[:count])

    with django_assert_num_queries(10):
        assert sending.send_due_mail(now=NIGHT) == count


def test_what_is_due_is_found_by_an_index_however_much_was_sent(ada):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole; its planner sees the same condition")
    offered_to(ada)

    for found, index in (
        (Message.objects.filter(channel="email", due_at__lte=NIGHT).order_by("due_at"), "message_due"),
        (TimelineEntry.objects.filter(announced_at=None).order_by("id"), "timeline_entry_unannounced"),
        (Watch.objects.filter(due_at__lte=NIGHT).order_by("due_at"), "notices_watch_due_at"),
    ):
        assert index in found.explain()


def test_every_attempt_is_a_line_in_the_log(ada, server, caplog):
    offered_to(ada)
    server.answers += [TimeoutError("timed out")]
    caplog.set_level("INFO", logger="oncall.notices")

    sending.send_due(now=NIGHT)
    sending.send_due(now=minutes(1))

    lines = [record for record in caplog.records if record.name == "oncall.notices.services.sending"]
    assert [(line.levelname, line.message, line.facts["attempts"], line.facts["result"]) for line in lines] == [
        ("WARNING", "not sent", 1, "TimeoutError: timed out"),
        ("INFO", "sent", 2, "Given to the mail server."),
    ]
