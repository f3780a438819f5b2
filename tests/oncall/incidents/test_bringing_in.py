"""How does more help come: another team's on-call, the next of them, or somebody by name?"""

from datetime import timedelta
from typing import Any

import pytest

from oncall.incidents.models import Incident, Participant
from oncall.incidents.services import lifecycle, merging, participants, roles
from oncall.incidents.services.bringing_in import Asked, ask_next_on_call, ask_on_call, ask_person
from rotations.actors import Actor
from rotations.errors import Conflict
from rotations.models import Person, Schedule
from rotations.services.people import deactivate_person
from tests.factories.incidents import NIGHT, incident, named, rule, service
from tests.factories.rotations import absence, hours, override, person, schedule, shadow, weekly_rotation
from tests.oncall.incidents.answering import refused
from tests.oncall.incidents.pictures import facts, minute, present, standing

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


@pytest.fixture
def dee() -> Person:
    return person("Dee")


@pytest.fixture
def eli() -> Person:
    return person("Eli")


@pytest.fixture
def fay() -> Person:
    return person("Fay")


@pytest.fixture
def database(dee: Person, eli: Person, fay: Person) -> Schedule:
    """Dee is on call, then Eli, then Fay."""
    primary = schedule("db-primary")
    weekly_rotation(primary, [dee, eli, fay])
    return primary


def brings(one: Incident, database: Schedule, *, at: float = 1, **more: Any) -> Asked:
    return ask_on_call(one, schedule=database, **{"by": SYSTEM, **more}, now=minute(at))


def brings_more(one: Incident, database: Schedule, *, at: float = 2) -> Asked:
    return ask_next_on_call(one, schedule=database, by=SYSTEM, now=minute(at))


def asks(one: Incident, who: Person, *, by: Actor = SYSTEM, at: float = 1) -> Asked:
    return ask_person(one, person=who, by=by, now=minute(at))


def because(one: Incident) -> dict[str, str]:
    rows = Participant.objects.filter(incident=one).exclude(asked_at=None).select_related("person").order_by("id")
    return {row.person.name: row.asked_because for row in rows}


def goes(one: Incident, who: Person, *, at: float = 2) -> Participant:
    return participants.leave(one, person=who, reason="no laptop", by=Actor.of_person(who), now=minute(at))


def test_everybody_on_call_elsewhere_is_asked_and_told_why(one: Incident, cy: Person, dee: Person, eli: Person):
    pair = schedule("db-pair")
    weekly_rotation(pair, [[dee, eli, shadow(person("Sia"))]])

    asked = brings(one, pair, reason="Replication is stuck.", by=Actor.of_person(cy))

    told = "on call in db-pair, asked by Cy: Replication is stuck."
    assert asked == Asked((dee, eli))
    assert present(one) == {"Cy": "responder", "Ada": "asked", "Dee": "asked", "Eli": "asked"}
    assert because(one) == {"Dee": told, "Eli": told}
    fact = one.timeline.last()
    assert fact is not None
    assert (fact.kind, fact.text, fact.data) == (
        "help_asked",
        "Cy asks Dee and Eli to help, on call in db-pair: Replication is stuck.",
        {"schedule": "db-pair", "people": [dee.pk, eli.pk], "words": "Replication is stuck."},
    )


def test_asking_the_same_again_asks_nobody_twice(one: Incident, database: Schedule, dee: Person):
    first, again = brings(one, database), brings(one, database, at=2)
    participants.join(one, person=dee, by=Actor.of_person(dee), now=minute(3))
    third = brings(one, database, at=4)

    assert (first, again, third) == (Asked((dee,)), Asked((), (dee,)), Asked((), (dee,)))
    assert facts(one).count("help_asked") == 1


def test_joining_answers_and_fills_what_waits_as_any_joining_does(database: Schedule, dee: Person):
    one = incident()
    brings(one, database)

    participants.join(one, person=dee, by=Actor.of_person(dee), now=minute(2))

    assert (present(one), because(one), standing(one)) == ({"Dee": "responder"}, {}, {"lead": "Dee accepted"})


def test_whoever_cannot_help_says_so_and_is_not_asked_again_except_by_name(
    one: Incident, database: Schedule, dee: Person
):
    brings(one, database)
    goes(one, dee)

    assert facts(one)[-1] == "help_declined"
    assert (present(one)["Dee"], because(one)) == ("left", {})
    assert refused(brings, one, database, at=3) == ("nobody_left_to_ask", None)
    assert asks(one, dee, at=4) == Asked((dee,))
    assert (present(one)["Dee"], because(one)) == ("asked", {"Dee": "asked by Oncall"})


def test_more_help_is_one_more_person_of_the_same_schedule_each_time(
    one: Incident, database: Schedule, dee: Person, eli: Person, fay: Person
):
    brings(one, database)

    assert brings_more(one, database) == Asked((eli,))
    assert because(one)["Eli"] == "next on call in db-primary, asked by Oncall"
    assert brings_more(one, database) == Asked((fay,))
    assert refused(brings_more, one, database) == ("nobody_left_to_ask", None)


def test_more_help_begins_with_who_is_on_call_and_passes_over_who_is_away(
    one: Incident, database: Schedule, dee: Person, eli: Person, fay: Person
):
    absence(eli, NIGHT - timedelta(hours=1), timedelta(hours=2))

    assert brings_more(one, database) == Asked((dee,))
    assert because(one)["Dee"] == "on call in db-primary, asked by Oncall"
    assert brings_more(one, database) == Asked((fay,))
    assert refused(brings_more, one, database) == ("nobody_left_to_ask", None)
    assert brings_more(one, database, at=70) == Asked((eli,))


def test_nobody_on_call_there_is_said_with_who_comes_next(one: Incident, dee: Person):
    office = schedule("office")
    weekly_rotation(office, [dee], windows=[hours("09:00", "17:00")])
    silent = schedule("silent")
    weekly_rotation(silent, [dee])
    override(silent, NIGHT, timedelta(days=1), kind="silence")

    with pytest.raises(Conflict) as refusal:
        brings(one, office)

    assert (refusal.value.code, refusal.value.detail, refusal.value.extra) == (
        "no_one_on_call",
        "Nobody is on call in Office; Dee is next, at 2026-11-20T09:00:00Z.",
        {"schedule": "office", "next_at": NIGHT + timedelta(hours=6)},
    )
    assert refused(brings, one, silent) == ("no_one_on_call", None)
    assert refused(brings, one, schedule("empty")) == ("no_one_on_call", None)


def test_a_watcher_is_asked_to_respond_and_whoever_is_offered_a_role_was_asked(
    one: Incident, database: Schedule, ada: Person, dee: Person
):
    participants.join(one, person=dee, kind="observer", by=Actor.of_person(dee), now=minute(0))

    assert brings(one, database) == Asked((dee,))
    assert (present(one)["Dee"], because(one)) == ("observer", {"Dee": "on call in db-primary, asked by Oncall"})
    assert asks(one, ada) == Asked((), (ada,))
    participants.join(one, person=dee, by=Actor.of_person(dee), now=minute(2))
    assert (present(one)["Dee"], because(one)) == ("responder", {})


def test_sitting_down_answers_the_call_for_help(database: Schedule, dee: Person):
    one = incident(service=service(rule("lead", named(person("Ada")), named(dee))))
    brings(one, database)
    roles.expire_due_offers(now=minute(5))

    roles.accept(one, role=one.assignments.latest("id").role, person=dee, by=Actor.of_person(dee), now=minute(6))

    assert (standing(one), because(one)) == ({"lead": "Dee accepted"}, {})


def test_nobody_asks_themselves_or_somebody_who_is_gone_or_for_what_is_over(
    one: Incident, database: Schedule, cy: Person, dee: Person
):
    assert refused(asks, one, cy, by=Actor.of_person(cy)) == ("invalid", None)
    assert refused(brings, one, database, reason="x" * 501) == ("invalid", None)
    deactivate_person(dee, by=SYSTEM, now=NIGHT)
    assert refused(asks, one, dee) == ("person_deactivated", None)
    lifecycle.resolve(one, by=SYSTEM, now=minute(1))
    assert refused(brings, one, database, at=2) == ("incident_resolved", None)
    assert refused(brings_more, one, database, at=2) == ("incident_resolved", None)
    assert refused(asks, one, cy, at=2) == ("incident_resolved", None)


def test_when_it_is_over_nobody_is_asked_any_more(one: Incident, database: Schedule):
    brings(one, database)

    lifecycle.resolve(one, by=SYSTEM, now=minute(2))
    lifecycle.reopen(one, by=SYSTEM, now=minute(3))

    assert because(one) == {}


def test_whoever_is_asked_is_asked_for_the_incident_that_goes_on(one: Incident, database: Schedule, dee: Person):
    other = incident("Other")
    brings(one, database)

    merging.merge(one, into=other, by=SYSTEM, now=minute(2))

    assert (because(one), because(other)) == ({}, {"Dee": "on call in db-primary, asked by Oncall"})
    assert present(other) == {"Cy": "responder", "Dee": "asked"}
