"""Who is working on it, and who has seen it?"""

from datetime import datetime, timedelta

import pytest

from oncall.incidents.models import Incident, Participant
from oncall.incidents.queries import incident_view
from oncall.incidents.services import lifecycle, merging, participants, roles
from rotations.actors import Actor
from rotations.models import Person
from rotations.services.people import deactivate_person
from tests.factories.incidents import incident
from tests.factories.rotations import person
from tests.oncall.incidents.answering import does, refused
from tests.oncall.incidents.pictures import facts, minute, present

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


def says(one: Incident, who: Person, status: str, *, at: float = 2) -> Participant:
    return participants.change_status(one, person=who, status=status, by=Actor.of_person(who), now=minute(at))


def sees(one: Incident, who: Person, *, at: float = 2) -> Incident:
    return lifecycle.acknowledge(one, by=Actor.of_person(who), now=minute(at))


def statuses(one: Incident) -> dict[str, str]:
    """Return each person's status and since which minute; ``"-"`` for whoever is not here."""
    views = incident_view(one.number).participants
    return {view.person.name: f"{view.status} {minutes(view.status_since)}" if view.status else "-" for view in views}


def seen(one: Incident) -> dict[str, int | None]:
    """Return at which minute each saw it."""
    return {view.person.name: minutes(view.acknowledged_at) for view in incident_view(one.number).participants}


def minutes(at: datetime | None) -> int | None:
    return None if at is None else (at - minute(0)) // timedelta(minutes=1)


def test_a_lead_sees_who_works_who_pauses_and_who_is_back(one: Incident, cy: Person):
    assert statuses(one) == {"Cy": "engaged 0", "Ada": "-"}
    so_far = len(facts(one))

    says(one, cy, "on_break")
    says(one, cy, "on_break", at=3)
    assert statuses(one)["Cy"] == "on_break 2"
    says(one, cy, "engaged", at=9)

    assert statuses(one)["Cy"] == "engaged 9"
    told = one.timeline.filter(kind="status_changed").order_by("id")
    assert facts(one, after=so_far) == ["status_changed", "status_changed"]
    assert [(fact.text, fact.data) for fact in told] == [
        ("Cy is on a break", {"person": cy.pk, "status": "on_break", "before": "engaged"}),
        ("Cy is back", {"person": cy.pk, "status": "engaged", "before": "on_break"}),
    ]


def test_whoever_takes_a_role_is_back(one: Incident, cy: Person):
    says(one, cy, "away")

    does(roles.take, one, cy, at=5)

    assert statuses(one)["Cy"] == "engaged 5"
    assert facts(one)[-2:] == ["status_changed", "taken"]


def test_whoever_left_has_no_status_and_begins_anew(one: Incident, cy: Person):
    says(one, cy, "away")
    participants.leave(one, person=cy, by=Actor.of_person(cy), now=minute(3))
    assert statuses(one)["Cy"] == "-"

    participants.join(one, person=cy, by=Actor.of_person(cy), now=minute(7))

    assert statuses(one)["Cy"] == "engaged 7"


def test_watchers_have_a_status_too(one: Incident, bo: Person):
    participants.join(one, person=bo, kind="stakeholder", by=Actor.of_person(bo), now=minute(1))

    says(one, bo, "away")

    assert statuses(one)["Bo"] == "away 2"


def test_a_status_is_refused_to_whoever_is_not_here_or_acts_for_somebody_else(
    one: Incident, ada: Person, bo: Person, cy: Person
):
    by_bo = {"person": cy, "status": "away", "by": Actor.of_person(bo), "now": minute(1)}

    assert refused(says, one, ada, "away") == ("not_a_participant", None)
    assert refused(says, one, bo, "away") == ("not_a_participant", None)
    assert refused(says, one, cy, "asleep") == ("invalid", None)
    assert refused(participants.change_status, one, **by_bo) == ("not_permitted", None)
    lifecycle.resolve(one, by=SYSTEM, now=minute(2))
    assert refused(says, one, cy, "away") == ("incident_resolved", None)


def test_acknowledging_notes_who_saw_it_and_when(one: Incident, ada: Person, bo: Person, cy: Person):
    so_far = len(facts(one))

    sees(one, ada, at=1)
    sees(one, cy, at=3)
    sees(one, cy, at=4)
    sees(one, bo, at=5)

    one.refresh_from_db()
    assert (one.acknowledged_at, seen(one)) == (minute(1), {"Cy": 3, "Ada": 1})
    assert facts(one, after=so_far) == ["acknowledged", "seen"]


def test_a_system_that_acknowledges_saw_nothing_for_anybody(one: Incident):
    lifecycle.acknowledge(one, by=SYSTEM, now=minute(1))

    assert seen(one) == {"Cy": None, "Ada": None}


def test_in_a_new_epoch_nobody_has_seen_it(one: Incident, cy: Person):
    sees(one, cy)
    lifecycle.resolve(one, by=SYSTEM, now=minute(3))
    assert seen(one)["Cy"] == 2

    lifecycle.reopen(one, by=SYSTEM, now=minute(4))

    assert seen(one)["Cy"] is None


def test_a_break_goes_on_in_the_incident_into_which_one_is_merged(one: Incident, cy: Person):
    other = incident("Other")
    says(one, cy, "on_break")

    merging.merge(one, into=other, by=SYSTEM, now=minute(6))

    assert statuses(other) == {"Cy": "on_break 6"}


def test_whoever_declares_works_on_it_at_once():
    ada = person("Ada")

    assert statuses(incident(by=ada)) == {"Ada": "engaged 0"}


def test_whoever_is_deactivated_works_on_nothing_any_more(one: Incident, ada: Person, cy: Person):
    ended = incident("Ended", by=cy)
    lifecycle.resolve(ended, by=SYSTEM, now=minute(1))
    so_far = len(facts(one))

    for who in (cy, ada):
        deactivate_person(who, by=SYSTEM, now=minute(2))

    assert (present(one), present(ended)) == ({"Cy": "left", "Ada": "left", "Bo": "asked"}, {"Cy": "responder"})
    assert facts(one, after=so_far) == ["left", "deactivated", "offered"]


def test_whoever_was_deactivated_meanwhile_takes_no_part_in_what_is_reopened(one: Incident, cy: Person):
    lifecycle.resolve(one, by=SYSTEM, now=minute(2))
    deactivate_person(cy, by=SYSTEM, now=minute(3))
    assert present(one)["Cy"] == "responder"

    lifecycle.reopen(one, by=SYSTEM, now=minute(4))

    assert present(one)["Cy"] == "left"
    assert facts(one)[-3:] == ["reopened", "left", "offered"]
