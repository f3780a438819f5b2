"""Webhooks and messages, for tests that are about something else."""

from typing import Any

from oncall.notices.models import Endpoint, Message
from oncall.notices.services.announcing import announce
from oncall.notices.services.endpoints import add_endpoint
from rotations.actors import Actor
from rotations.models import Person
from tests.factories.incidents import NIGHT, incident, named, rule, service


def endpoint(url: str = "http://127.0.0.1:1/hook", **fields: Any) -> Endpoint:
    """Add a webhook of all teams that hears when an incident is declared; the address must be allowed."""
    fields = {"name": "Status page", "types": ["incident.declared"], "url": url} | fields
    return add_endpoint(**fields, by=Actor.system(), now=NIGHT)[0]


def message(to: Person) -> Message:
    """Return the mail, not sent yet, in which somebody is asked to lead an incident."""
    checkout = service(rule("lead", named(to)), slug=f"asks-{to.pk}-{Message.objects.count()}")
    one = incident(service=checkout)
    announce(now=NIGHT)
    return Message.objects.get(notice__person=to, notice__incident=one)
