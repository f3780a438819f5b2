"""How does what is to be said get on its way? As rows, written together with what says that it was said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from oncall.notices.models import Channel, Endpoint, Event, Message, Notice, Preference, State
from oncall.notices.telling import Kind, Told
from oncall.notices.telling.events import Happened

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Telling:
    """What one person is told of one fact; ``incident`` is the number of the one it is about."""

    fact: str
    at: datetime
    told: Told
    incident: int | None = None


def tell(tellings: Iterable[Telling], *, now: datetime) -> int:
    """Write a notice for each person and fact, and a message where they want to hear it; return how many are new.

    To be called in the transaction that marks the facts as announced, under their locks. Telling again is harmless.
    Four statements at any number of people, none where there is nothing to say.
    """
    wanted = {(each.told.person, each.fact): each for each in tellings}
    if not wanted:
        return 0
    for known in Notice.objects.filter(fact__in={fact for _, fact in wanted}).values_list("person", "fact"):
        wanted.pop(known, None)
    notices = Notice.objects.bulk_create([_notice(each) for each in wanted.values()], batch_size=ROWS_AT_ONCE)
    muted = dict(Preference.objects.filter(person__in={person for person, _ in wanted}).values_list("person", "muted"))
    messages = [_mail(notice, muted.get(notice.person_id, ()), now=now) for notice in notices]
    Message.objects.bulk_create(messages, batch_size=ROWS_AT_ONCE)
    return len(notices)


def publish(events: Sequence[Happened], *, now: datetime) -> int:
    """Write each event that a webhook in use wants to hear, and a message to each of those; return how many events.

    As ``tell``, in the transaction of the facts. Publishing again is harmless. Four statements at any number.
    """
    endpoints = list(Endpoint.objects.filter(disabled_at=None).order_by("pk")) if events else []
    heard = {event.fact: [one for one in endpoints if _wants(one, event)] for event in events}
    wanted = {event.fact: event for event in events if heard[event.fact]}
    if not wanted:
        return 0
    for known in Event.objects.filter(fact__in=wanted).values_list("fact", flat=True):
        del wanted[known]
    rows = Event.objects.bulk_create(
        [Event(fact=each.fact, type=each.type, at=each.at, data=each.data) for each in wanted.values()],
        batch_size=ROWS_AT_ONCE,
    )
    Message.objects.bulk_create(
        [
            Message(channel=Channel.WEBHOOK, event=row, endpoint=endpoint, created_at=now, due_at=now)
            for row in rows
            for endpoint in heard[row.fact]
        ],
        batch_size=ROWS_AT_ONCE,
    )
    return len(rows)


def _notice(each: Telling) -> Notice:
    told = each.told
    return Notice(
        person_id=told.person,
        fact=each.fact,
        kind=told.kind,
        at=each.at,
        # A title may hold a line break; a subject may not.
        subject=" ".join(told.subject.split())[:400],
        text="\n\n".join(told.paragraphs),
        path=told.path,
        action=told.action,
        incident_id=each.incident,
        expires_at=told.expires_at,
    )


def _mail(notice: Notice, muted: Collection[str], *, now: datetime) -> Message:
    is_muted = Kind(notice.kind).topic in muted
    state, due_at = (State.MUTED, None) if is_muted else (State.WAITING, now)
    return Message(channel=Channel.EMAIL, notice=notice, state=state, created_at=now, due_at=due_at)


def _wants(endpoint: Endpoint, event: Happened) -> bool:
    return event.type in endpoint.types and endpoint.team_id in (None, event.team)
