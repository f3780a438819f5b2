"""A swap moves one event in two people's calendars: asked and accepted over HTTP, seen by whoever subscribed.

Ada and Bo take weekly turns, and each has subscribed to their own shifts, as a calendar does: it keeps what it fetched,
asks with the tag it was given, and knows an event by its UID.
"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import icalendar
import pytest
from django.utils import timezone

from rotations.models import Person
from rotations.queries.turns import ordinal_of_turn
from tests.factories.access import bearer
from tests.factories.rotations import person, schedule, team, weekly_rotation

pytestmark = pytest.mark.django_db(transaction=True)

Event = dict[str, str]


@dataclass
class Caller:
    """Somebody's program, with a token of theirs."""

    server: str
    who: Person

    def __post_init__(self) -> None:
        self.headers = {**bearer("schedules", person=self.who), "Content-Type": "application/json"}

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps({} if body is None else body).encode()
        request = urllib.request.Request(f"{self.server}/api/v1/{path}", data=data, headers=self.headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())


@dataclass
class Subscribed:
    """A calendar: what it shows is what it fetched last."""

    address: str
    tag: str = ""
    events: dict[str, Event] = field(default_factory=dict)

    def fetch(self) -> int:
        """Fetch as calendars do, without a word about what is accepted; return the status."""
        request = urllib.request.Request(self.address, headers={"If-None-Match": self.tag} if self.tag else {})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.tag = answer.headers["ETag"]
                self.events = {str(each["UID"]): shown(each) for each in parsed(answer.read()).events}
                return int(answer.status)
        except urllib.error.HTTPError as unchanged:
            return unchanged.code


def parsed(content: bytes) -> Any:
    return icalendar.Calendar.from_ical(content)


def shown(event: Any) -> Event:
    return {"start": f"{event['DTSTART'].dt:%F %R}", "end": f"{event['DTEND'].dt:%F %R}", "says": str(event["SUMMARY"])}


@pytest.fixture
def crew(live_server):
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    rotation = weekly_rotation(schedule("payments-primary", of=team(members=[ada, bo])), [ada, bo])
    return Caller(live_server.url, ada), Caller(live_server.url, bo), rotation


def subscribe(caller: Caller) -> Subscribed:
    link = caller.post("calendar-links/", {"person": caller.who.pk})
    calendar = Subscribed(caller.server + link["url"].removeprefix("http://localhost:8000"))
    assert calendar.fetch() == 200
    return calendar


def test_a_swap_moves_one_event_in_two_peoples_calendars(crew):
    ada, bo, rotation = crew
    calendars = {name: subscribe(caller) for name, caller in (("ada", ada), ("bo", bo))}
    before = {name: calendar.events for name, calendar in calendars.items()}
    # Some turn of Bo's that is to come.
    coming = ordinal_of_turn(rotation, at=timezone.now()) + 1
    ordinal = coming if coming % 2 else coming + 1

    asked = bo.post("swaps/", {"rotation": rotation.pk, "ordinal": ordinal, "person": ada.who.pk, "reason": "wedding"})
    while_asked = {name: calendar.fetch() for name, calendar in calendars.items()}
    accepted = ada.post(f"swaps/{asked['id']}/accept/")
    once_accepted = {name: calendar.fetch() for name, calendar in calendars.items()}

    assert (asked["state"], accepted["state"]) == ("asked", "accepted")
    assert once_accepted == {"ada": 200, "bo": 200}
    # Being asked changes no shift, whatever it did to the tag.
    assert set(while_asked.values()) <= {200, 304}
    gone = before["bo"].keys() - calendars["bo"].events.keys()
    come = calendars["ada"].events.keys() - before["ada"].keys()
    assert (len(gone), gone) == (1, come)
    [uid] = gone
    assert calendars["ada"].events[uid] == before["bo"][uid] | {
        "says": "On call: Payments primary, Primary (layer 1), by swap"
    }
    for name in ("ada", "bo"):
        stay = before[name].keys() - gone
        assert {key: calendars[name].events[key] for key in stay} == {key: before[name][key] for key in stay}

    bo.post(f"swaps/{asked['id']}/cancel/")
    back = {name: calendar.fetch() for name, calendar in calendars.items()}

    assert back == {"ada": 200, "bo": 200}
    assert {name: calendar.events for name, calendar in calendars.items()} == before
    # And nothing is sent again to whoever has it.
    assert [calendar.fetch() for calendar in calendars.values()] == [304, 304]
