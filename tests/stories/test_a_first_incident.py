"""The README's first incident, command by command, with the demo team."""

import urllib.request
from io import StringIO

import icalendar
import pytest
from django.conf import settings
from django.core.management import call_command

from oncall.incidents.models import Incident
from tests.stories.readme import Answer, carry_out, commands

SECTION = "A first incident"


@pytest.fixture
def type_in(demo, live_server):
    """Carry out the README's command that begins with ``words``, the incident being the latest one."""

    def typed(words: str, token: str = demo.token) -> Answer:
        command = next(command for command in commands(SECTION) if command.startswith(words))
        latest = Incident.objects.order_by("-number").values_list("number", flat=True)[0]
        command = command.replace("/incidents/3/", f"/incidents/{latest}/")
        if "?at=" in command:
            declared_at = Incident.objects.get(number=latest).declared_at
            command = command.replace("2026-11-20T03:12:00Z", f"{declared_at:%Y-%m-%dT%H:%M:%S.%fZ}")
        return carry_out(command, address=live_server.url, TOKEN=token, MY_TOKEN=token)

    return typed


def printed(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().strip()


def test_it_goes_as_the_readme_says(type_in, demo, live_server):
    token = printed("create_token", "Alert relay", "--scope", "incidents")
    declare = "curl -s http://localhost:8000/api/v1/incidents/ "

    declared = type_in(declare, token)
    again = type_in(declare, token)

    assert (declared.status, again.status) == (201, 200)
    assert again.body["number"] == declared.body["number"]
    lead, *_others = declared.body["roles"]
    assert (lead["role"], lead["state"], lead["holder"]["email"]) == ("lead", "offered", "ada@example.test")
    assert lead["because"].startswith("on call in payments-primary until ")

    now = type_in("curl -s http://localhost:8000/api/v1/incidents/3/roles/ ", token)
    then = type_in('curl -s "http://localhost:8000/api/v1/incidents/3/roles/?at=', token)
    assert [one["holder"] for one in now.body["roles"]] == [one["holder"] for one in then.body["roles"]]
    assert now.body["roles"][0]["holder"] == lead["holder"]

    accepted = type_in("curl -s -X POST http://localhost:8000/api/v1/incidents/3/roles/lead/accept/", token)
    assert accepted.status == 200
    assert (accepted.body["roles"][0]["state"], accepted.body["roles"][0]["holder"]) == ("accepted", lead["holder"])

    on_call = type_in('curl -s "http://localhost:8000/api/v1/on-call/?format=text"', token)
    assert "payments-primary\tada@example.test" in on_call.body.splitlines()
    assert "Ada Okafor" in printed("whoisoncall", "payments-primary")

    mine = printed("create_token", "My laptop", "--scope", "schedules", "--person", "ada@example.test")
    link = type_in("curl -s http://localhost:8000/api/v1/calendar-links/", mine)
    assert link.status == 201
    path = link.body["url"].removeprefix(settings.PUBLIC_URL)
    with urllib.request.urlopen(live_server.url + path) as answer:
        calendar = icalendar.Calendar.from_ical(answer.read())
    assert {str(event["SUMMARY"]).partition(":")[0] for event in calendar.events} >= {"Ada Okafor", "Bo Lind"}


def test_every_request_of_the_section_is_carried_out_above():
    requests = [command for command in commands(SECTION) if command.startswith("curl")]

    assert len(requests) == 6
