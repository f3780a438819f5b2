"""How is a notice mailed? As plain text and HTML, with one id for good, in one thread for each incident."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import formataddr
from smtplib import SMTPRecipientsRefused
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from oncall.notices.channels.outcomes import Outcome, Verdict

PREFERENCES = "/me/notices/"
PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. ``path`` is a page of ours, ``thread`` what all mails of one matter share, empty for none."""

    id: UUID
    name: str
    email: str
    subject: str
    text: str
    path: str
    action: str
    thread: str = ""


def post(letters: Sequence[Letter]) -> Iterator[Outcome]:
    """Send the letters in order by one connection; yield what came of each.

    Where there is no connection, all of them failed: a mail server that is away costs one timeout.
    """
    connection = get_connection()
    try:
        connection.open()
    except OSError as problem:
        yield from [_failed(problem)] * len(letters)
        return
    try:
        for letter in letters:
            yield _post(letter, connection)
    finally:
        _hang_up(connection)


def composed(letter: Letter) -> EmailMultiAlternatives:
    """Return the mail that ``letter`` becomes."""
    preferences = f"{settings.PUBLIC_URL}{PREFERENCES}"
    context = {
        "letter": letter,
        "paragraphs": letter.text.split("\n\n"),
        "link": f"{settings.PUBLIC_URL}{letter.path}",
        "preferences": preferences,
    }
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=render_to_string("notices/mail.txt", context),
        to=[formataddr((letter.name, letter.email))],
        headers=_headers(letter, preferences=preferences),
    )
    mail.attach_alternative(render_to_string("notices/mail.html", context), "text/html")
    return mail


def _headers(letter: Letter, *, preferences: str) -> dict[str, str]:
    host = urlsplit(settings.PUBLIC_URL).hostname
    headers = {
        # The same however often it is tried: who has it already, sees it once.
        "Message-ID": f"<{letter.id}@{host}>",
        # RFC 3834: nobody's holiday notice answers this.
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{preferences}>",
    }
    if letter.thread:
        thread = f"<{letter.thread}@{host}>"
        headers |= {"In-Reply-To": thread, "References": thread}
    return headers


def _post(letter: Letter, connection: BaseEmailBackend) -> Outcome:
    try:
        connection.send_messages([composed(letter)])
    except SMTPRecipientsRefused as refusal:
        is_for_good = all(code >= PERMANENT for code, _ in refusal.recipients.values())
        words = "; ".join(f"{code} {_text(said)}" for code, said in refusal.recipients.values())
        return Outcome(Verdict.REFUSED if is_for_good else Verdict.FAILED, words)
    except OSError as problem:
        # Every other SMTPException is one, too.
        return _failed(problem)
    except ValueError as problem:
        # This cannot be written as a mail, now or ever.
        return Outcome(Verdict.REFUSED, str(problem))
    return Outcome(Verdict.SENT, "Given to the mail server.")


def _failed(problem: OSError) -> Outcome:
    return Outcome(Verdict.FAILED, f"{type(problem).__name__}: {problem}")


def _hang_up(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError:
        # Everything was said by then.
        return


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
