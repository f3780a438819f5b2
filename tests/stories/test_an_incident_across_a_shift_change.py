"""An incident from 02:40 to a reopening, across a shift change at 03:00: who did what, and who was told.

The plan keeps a lead through a change of shift, and offers communications to whoever comes on call.
"""

from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from oncall.incidents.models import ShiftChangePolicy
from oncall.notices.models import Message, Notice
from rotations.models import Person, Schedule, Team
from tests.factories.access import bearer
from tests.factories.incidents import FIRST_TO_JOIN, on_call_in, rule, service
from tests.factories.rotations import person, reading, schedule, team, weekly_rotation
from tests.stories.night import DAY, Caller, Night

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = {
    "status": "Writes go to the old primary; payouts wait.",
    "hypotheses_open": "Replication stopped at the failover of 02:31.",
    "ruled_out": "Our deploy of yesterday evening.",
    "last_update": "03:00: told support that nothing is lost.",
    "next_check_in": f"{DAY}T03:20:00Z",
}

# Who held what at these instants: a span holds its start, and not its end.
LEDGER = {
    "02:39:59": "",
    "02:40": "lead Ada offered",
    "02:42": "lead Carla offered",
    "02:43": "lead Carla accepted",
    "02:47:59": "lead Carla accepted",
    "02:48": "lead Carla accepted, communications Elif offered, technical-driver vacant as exclusive",
    "02:49": "lead Carla accepted, communications Elif accepted, technical-driver vacant as exclusive",
    "02:53": "lead Carla accepted, communications Elif accepted, technical-driver Gus accepted",
    "03:00": "lead Carla accepted, communications Elif accepted, technical-driver Gus accepted",
    "03:02:59": "lead Carla accepted, communications Elif accepted, technical-driver Gus accepted",
    "03:03": "lead Carla accepted, communications Frances accepted, technical-driver Gus accepted",
    "03:11:59": "lead Carla accepted, communications Frances accepted, technical-driver Gus accepted",
    "03:12": "lead Bo accepted, communications Frances accepted, technical-driver Gus accepted",
    "03:39:59": "lead Bo accepted, communications Frances accepted, technical-driver Gus accepted",
    "03:40": "",
    "03:54:59": "",
    "03:55": "lead Bo offered, communications Frances offered, technical-driver Gus offered",
    "03:58": "lead Bo accepted, communications Frances accepted, technical-driver Gus accepted",
    "04:20": "",
}

TIMELINE = """\
02:40 Alert relay: Alert relay declared Payouts are late
02:40 Alert relay: Ada Okafor is asked to be Lead: on call in payments-primary until 2026-11-20T03:00:00Z
02:42 Ada Okafor: Ada Okafor declined to be Lead: on a train
02:42 Ada Okafor: Carla Nunes is asked to be Lead: on call in payments-secondary until 2026-11-20T03:00:00Z
02:43 Carla Nunes: Carla Nunes accepted to be Lead
02:45 Carla Nunes: Carla Nunes acknowledged the incident
02:48 Carla Nunes: Carla Nunes changed the severity from 3 to 1
02:48 Carla Nunes: Elif Aydin is asked to be Communications: on call in support until 2026-11-20T03:00:00Z
02:48 Carla Nunes: Nobody is Technical driver: exclusive
02:49 Elif Aydin: Elif Aydin accepted to be Communications
02:50 Carla Nunes: Carla Nunes asks Gus Herrera to help, on call in db-primary: Replication is stuck.
02:50 Oncall: Nobody is Technical driver: reminded 1 of 5 times
02:53 Gus Herrera: Gus Herrera joined as responder
02:53 Gus Herrera: Gus Herrera is Technical driver: first to join
03:00 Oncall: Bo Lind is on call in payments-primary now; Carla Nunes keeps Lead
03:00 Oncall: Dmitri Vale is on call in payments-secondary now; Carla Nunes keeps Lead
03:00 Oncall: The shift of Elif Aydin ended: Communications is offered to Frances Moore, \
on call in support until 2026-11-21T03:00:00Z; Elif Aydin goes on until then
03:03 Frances Moore: Frances Moore took Communications over from Elif Aydin
03:05 Carla Nunes: Carla Nunes offers to hand Lead to Bo Lind: Writes go to the old primary; payouts wait.
03:12 Bo Lind: Bo Lind took Lead over from Carla Nunes
03:21 Gus Herrera: The replica's disk is full.
03:30 Bo Lind: Bo Lind noted that the incident is mitigated
03:40 Bo Lind: Bo Lind resolved the incident
03:55 Alert relay: Alert relay reopened the incident
03:55 Alert relay: Bo Lind is asked to be Lead: held this role until 2026-11-20T03:40:00Z
03:55 Alert relay: Frances Moore is asked to be Communications: held this role until 2026-11-20T03:40:00Z
03:55 Alert relay: Gus Herrera is asked to be Technical driver: held this role until 2026-11-20T03:40:00Z
03:56 Bo Lind: Bo Lind accepted to be Lead
03:57 Frances Moore: Frances Moore accepted to be Communications
03:58 Gus Herrera: Gus Herrera accepted to be Technical driver
04:20 Bo Lind: Bo Lind resolved the incident"""

# When, which kind of notice, its subject, and to whom.
TOLD = """\
02:00 shift_soon: You are on call in 1 h -> Bo, Dmitri, Frances
02:40 role_offered: You are asked to be Lead -> Ada
02:42 role_offered: You are asked to be Lead -> Carla
02:48 role_offered: You are asked to be Communications -> Elif
02:48 vacancy: Nobody is Technical driver -> Mia
02:50 help_asked: Carla Nunes asks you for help -> Gus
02:50 nagged: Still nobody is Technical driver -> Carla, Elif, Mia
03:00 handoff_offered: You are asked to take Communications over from Elif Aydin -> Frances
03:00 shift_handed_over: You are on call now; Carla Nunes goes on as Lead -> Bo, Dmitri
03:00 shift_handed_over: Your shift ended: Communications is offered to Frances Moore -> Elif
03:00 shift_soon: You are on call in 24 h -> Ada, Carla, Elif
03:03 handoff_answered: Frances Moore took Communications over -> Elif
03:05 handoff_offered: You are asked to take Lead over from Carla Nunes -> Bo
03:12 handoff_answered: Bo Lind took Lead over -> Carla
03:12 lead_changed: Bo Lind is Lead -> Elif, Frances, Gus
03:40 resolved: Resolved -> Carla, Elif, Frances, Gus
03:55 reopened: Reopened -> Bo, Carla, Elif, Frances, Gus
03:55 role_offered: You are asked to be Communications -> Frances
03:55 role_offered: You are asked to be Lead -> Bo
03:55 role_offered: You are asked to be Technical driver -> Gus
03:56 lead_changed: Bo Lind is Lead -> Carla, Elif, Frances, Gus
04:20 resolved: Resolved -> Carla, Elif, Frances, Gus"""


@pytest.fixture
def night(live_server, monkeypatch) -> Night:
    begun = Night(live_server.url, "01:50")
    monkeypatch.setattr(timezone, "now", lambda: begun.now)
    return begun


@dataclass(frozen=True)
class Company:
    """Who calls: the people, and the relay that sends alerts."""

    ada: Caller
    bo: Caller
    carla: Caller
    elif_: Caller
    frances: Caller
    gus: Caller
    mia: Caller
    relay: Caller


@pytest.fixture
def company(night: Night) -> Company:
    ada, bo, carla, dmitri = map(person, ("Ada Okafor", "Bo Lind", "Carla Nunes", "Dmitri Vale"))
    elif_, frances, gus, mia = map(person, ("Elif Aydin", "Frances Moore", "Gus Herrera", "Mia Roth"))
    payments = team("payments", managers=[mia], members=[ada, bo, carla, dmitri])
    plan_payouts(
        payments,
        lead=(daily("payments-primary", ada, bo, of=payments), daily("payments-secondary", carla, dmitri, of=payments)),
        support=daily("support", elif_, frances),
    )
    weekly_rotation(schedule("db-primary"), [gus])
    cast = {"ada": ada, "bo": bo, "carla": carla, "elif_": elif_, "frances": frances, "gus": gus, "mia": mia}
    callers = {name: Caller(night, bearer("incidents", person=one)) for name, one in cast.items()}
    return Company(**callers, relay=Caller(night, bearer("incidents")))


def daily(slug: str, before: Person, after: Person, **fields: Any) -> Schedule:
    """Add a schedule in which ``after`` relieves ``before`` at 03:00 of this night, a Friday."""
    row = schedule(slug, **fields)
    weekly_rotation(row, [before, after], unit="day", anchor=reading("2026-11-19T03:00"))
    return row


def plan_payouts(payments: Team, *, lead: tuple[Schedule, Schedule], support: Schedule) -> None:
    one_at_a_time = {"exclusive_group": "hands-full"}
    offered = {"on_shift_change": ShiftChangePolicy.OFFER}
    service(
        rule("lead", *map(on_call_in, lead), **one_at_a_time),
        rule("communications", on_call_in(support), required_from_severity=2, **offered, **one_at_a_time),
        rule("technical-driver", FIRST_TO_JOIN, required_from_severity=2, **one_at_a_time),
        slug="payouts",
        team=payments,
    )


def until_help_came(company: Company, night: Night) -> None:
    night.until("01:50")
    night.until("02:00")
    declared = company.relay.at("02:40", "incidents/", {"title": "Payouts are late", "service": "payouts"})
    night.number = declared["number"]
    company.ada.at("02:42", "{incident}/roles/lead/decline/", {"reason": "on a train"})
    company.carla.at("02:43", "{incident}/roles/lead/accept/")
    assert company.ada.at("02:44", "{incident}/roles/lead/accept/") == "already_answered"
    company.carla.at("02:45", "{incident}/acknowledge/")
    company.carla.at("02:48", "{incident}/", {"severity": 1}, method="PATCH")
    company.elif_.at("02:49", "{incident}/roles/communications/accept/")
    company.carla.at("02:50", "{incident}/bring-in/", {"schedule": "db-primary", "reason": "Replication is stuck."})
    company.gus.at("02:53", "{incident}/join/")


def across_the_shift_change(company: Company, night: Night) -> int:
    """Return the handoff that was offered when the shift changed."""
    night.until("03:00")
    [offered] = company.frances.read("{incident}/roles/communications/handoffs/")["results"]
    company.frances.at("03:03", f"handoffs/{offered['id']}/accept/")
    handoff = company.carla.at("03:05", "{incident}/roles/lead/handoffs/", {"to": "bo@example.test", "note": NOTE})
    assert handoff["note"] == NOTE
    company.bo.at("03:12", f"handoffs/{handoff['id']}/accept/")
    return int(offered["id"])


def over_and_back(company: Company, *, earlier: int) -> None:
    company.gus.at("03:21", "{incident}/timeline/", {"text": "The replica's disk is full.", "kind": "finding"})
    company.bo.at("03:30", "{incident}/mitigate/")
    company.bo.at("03:40", "{incident}/resolve/")
    company.relay.at("03:55", "{incident}/reopen/")
    company.bo.at("03:56", "{incident}/roles/lead/accept/")
    assert company.frances.at("03:56", f"handoffs/{earlier}/accept/") == "stale_epoch"
    company.frances.at("03:57", "{incident}/roles/communications/accept/")
    company.gus.at("03:58", "{incident}/join/", {"accept": True})
    company.bo.at("04:20", "{incident}/resolve/")


def seats_in_words(seats: dict[str, Any]) -> str:
    held = [f"{one['role']} {one['holder']['name'].split()[0]} {one['state']}" for one in seats["roles"]]
    return ", ".join(held + [f"{one['role']} vacant as {one['because']}" for one in seats["vacancies"]])


def messages_in_words() -> list[str]:
    """Return what was sent, one line for those who were told the same at once, sorted."""
    sent = Message.objects.order_by("notice__person").values_list(
        "sent_at", "notice__kind", "notice__subject", "notice__person__name"
    )
    told: dict[str, list[str]] = {}
    for at, kind, subject, name in sent:
        # Without the incident or the schedule, which end every subject.
        about = subject.rpartition(": ")[0]
        told.setdefault(f"{at:%H:%M} {kind}: {about}", []).append(name.split()[0])
    return sorted(f"{said} -> {', '.join(names)}" for said, names in told.items())


def test_the_ledger_knows_every_instant_the_timeline_says_why_and_everybody_concerned_is_told(company, night):
    until_help_came(company, night)
    earlier = across_the_shift_change(company, night)
    over_and_back(company, earlier=earlier)

    asked = {clock: company.mia.read(f"{{incident}}/roles/?at={DAY}T{clock}Z") for clock in LEDGER}
    assert {clock: seats_in_words(seats) for clock, seats in asked.items()} == LEDGER
    said = company.mia.read("{incident}/timeline/")["results"]
    assert [f"{one['at'][11:16]} {one['by']['name']}: {one['text']}" for one in said] == TIMELINE.splitlines()
    assert messages_in_words() == TOLD.splitlines()
    written = {(one.person.email, one.subject) for one in Notice.objects.select_related("person")}
    assert {(parseaddr(sent.to[0])[1], sent.subject) for sent in mail.outbox} == written
    assert len(mail.outbox) == Notice.objects.count() == 44
    ended = company.mia.read("{incident}/")
    assert [ended[name] for name in ("status", "epoch", "severity")] == ["resolved", 2, 1]
