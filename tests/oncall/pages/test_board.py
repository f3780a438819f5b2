"""What does the board say, to whom?"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oncall.incidents.services import lifecycle, participants, roles
from rotations.actors import Actor
from rotations.models import Person
from rotations.services.people import deactivate_person
from rotations.services.warnings import review_warnings
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, on_call_in, role, rule, service
from tests.factories.rotations import (
    absence,
    administrator,
    hours,
    override,
    person,
    reading,
    schedule,
    shadow,
    team,
    weekly_rotation,
)
from tests.oncall.pages.conftest import HTMX, SignIn
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db


def test_whoever_has_not_signed_in_is_sent_to_the_sign_in_page(client: Client):
    response = client.get("/")

    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/")


@pytest.mark.parametrize("part", ["/board/incidents/", "/board/on-call/"])
def test_a_section_that_polls_after_the_session_ended_sends_the_whole_page_to_sign_in(client: Client, part: str):
    response = client.get(part, headers=HTMX)

    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/accounts/login/?next=/")


def test_the_board_says_who_is_on_call_until_when_and_who_is_next_in_the_zone_of_the_viewer(signed_in: SignIn):
    ada, bo, mei = person("Ada Okafor", zone="Asia/Tokyo"), person("Bo Lind"), person("Mei Santoso")
    payments = team("payments", name="Payments")
    weekly_rotation(schedule("payments-primary", of=payments), [[ada, shadow(mei)], bo])

    response = signed_in(ada).get("/")

    assert lines_of(response, "on-call") == [
        "On call now",
        "Payments",
        "Payments primary Why? Payments primary, explained Load of Payments primary",
        "Ada Okafor You until Mon 18:00 in 3 days",
        "Shadowing: Mei Santoso",
        "Next: Bo Lind, Mon 18:00",
    ]
    assert "Friday 20 November, 12:14 · times in Asia/Tokyo" in " ".join(lines_of(response))


def test_a_gap_says_that_nobody_is_on_call_and_who_comes_next(signed_in: SignIn):
    ada = person("Ada Okafor")
    weekly_rotation(schedule("office", of=team("it")), [ada], windows=[hours("09:00", "17:00")])

    assert lines_of(signed_in(ada).get("/"), "on-call") == [
        "On call now",
        "It",
        "Office Why? Office, explained Load of Office",
        "Nobody is on call until 09:00 in 5 h 46 min",
        "Next: Ada Okafor",
    ]


def test_a_coming_gap_is_foretold_and_an_override_is_named(signed_in: SignIn):
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    office = schedule("office", of=team("it"))
    weekly_rotation(office, [ada], windows=[hours("02:00", "17:00")])
    override(office, NIGHT, timedelta(hours=20), replaces=ada, person=bo)

    assert lines_of(signed_in(ada).get("/"), "on-call") == [
        "On call now",
        "It",
        "Office Why? Office, explained Load of Office",
        "Bo Lind Override until 17:00 in 13 h 46 min",
        "Then nobody from 17:00 until Mon 02:00",
        "Next: Ada Okafor, Mon 02:00",
    ]


def test_planned_silence_is_no_gap(signed_in: SignIn):
    ada = person("Ada Okafor")
    plant = schedule("plant", of=team("it"))
    weekly_rotation(plant, [ada])
    override(plant, NIGHT, timedelta(hours=3), kind="silence")

    assert lines_of(signed_in(ada).get("/"), "on-call") == [
        "On call now",
        "It",
        "Plant Why? Plant, explained Load of Plant",
        "Planned silence until 06:00 in 2 h 46 min",
        "Next: Ada Okafor",
    ]


def test_the_next_trouble_is_foretold_with_its_date_and_how_much_more_there_is(signed_in: SignIn):
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    primary = schedule("payments-primary", of=team("payments"))
    weekly_rotation(primary, [ada, bo])
    deactivate_person(bo, by=Actor.system(), now=NIGHT)
    review_warnings(primary, now=NIGHT)

    assert lines_of(signed_in(ada).get("/"), "on-call")[-1:] == [
        "Nobody is on call: Bo Lind left, from Mon 09:00, and 3 more warnings of Payments primary"
    ]


def test_trouble_that_has_begun_says_until_when_it_lasts(signed_in: SignIn):
    ada = person("Ada Okafor")
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada])
    absence(ada, NIGHT - timedelta(hours=2), timedelta(hours=10), now=NIGHT - timedelta(hours=2))
    review_warnings(primary, now=NIGHT)

    assert lines_of(signed_in(ada).get("/"), "on-call")[-1:] == ["Ada Okafor is on call and away, until 11:00"]


def test_a_gap_that_is_here_is_not_foretold_as_well(signed_in: SignIn):
    ada = person("Ada Okafor")
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada, None], anchor=reading("2024-01-08T09:00"))
    review_warnings(primary, now=NIGHT)

    assert lines_of(signed_in(ada).get("/"), "on-call")[3:] == [
        "Nobody is on call until Mon 09:00 in 3 days",
        "Next: Ada Okafor",
        "Nobody is on call, from Mon 30 Nov 09:00, and 1 more warning of Payments primary",
    ]


def test_an_archived_schedule_is_not_on_the_board(signed_in: SignIn):
    from rotations.services.schedules import archive_schedule

    archive_schedule(schedule("old"), by=Actor.system(), now=NIGHT)

    assert lines_of(signed_in(person()).get("/"), "on-call")[1] == "No schedules yet."


def test_an_open_incident_shows_each_role_with_its_holder_and_state_and_each_vacancy_with_its_reason(
    signed_in: SignIn,
):
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada, bo])
    checkout = service(
        rule("lead", on_call_in(primary)), rule("scribe", FIRST_TO_JOIN, exclusive_group="x"), slug="checkout"
    )
    number = incident("Checkout 5xx", service=checkout, severity=2, now=NIGHT + timedelta(minutes=12)).number

    response = signed_in(bo).get("/")

    assert lines_of(response, "incidents") == [
        "1 open incident",
        "SEVSeverity 2",
        f"#{number} Checkout 5xx",
        "Declared Checkout open for 2 min by Oncall",
        "Lead Ada Okafor Offered, 3 min left On call in payments-primary until Mon 09:00",
        "Scribe Nobody Vacant Goes to the first responder who joins",
        "Nobody is here yet.",
        f"Join incident {number}",
        f"Observe incident {number}",
    ]


def test_only_whoever_is_offered_a_role_is_given_accept_and_decline(signed_in: SignIn):
    ada, bo, cleo = person("Ada Okafor"), person("Bo Lind"), person("Cleo Marsh")
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada, bo])
    declared = incident(service=service(rule("lead", on_call_in(primary))))
    participants.join(declared, person=bo, by=Actor.of_person(bo), now=NIGHT)

    def pressable(viewer):
        buttons = buttons_of(signed_in(viewer).get("/"), "incidents")
        return [words.removesuffix(f" incident {declared.number}") for words in buttons]

    assert pressable(ada) == ["Accept Lead of", "Decline Lead of", "Join", "Observe"]
    assert pressable(bo) == ["Take Lead of"]
    assert pressable(cleo) == ["Join", "Observe"]


def test_nobody_is_given_a_role_to_take_that_a_role_of_theirs_excludes(signed_in: SignIn):
    ada, bo, cleo = person("Ada Okafor"), person("Bo Lind"), person("Cleo Marsh")
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada, bo])
    lead = rule("lead", on_call_in(primary), exclusive_group="x")
    declared = incident(service=service(lead, rule("scribe", exclusive_group="x"), rule("messenger")))
    for one in (ada, cleo):
        participants.join(declared, person=one, by=Actor.of_person(one), now=NIGHT)

    def takeable(viewer):
        buttons = buttons_of(signed_in(viewer).get("/"), "incidents")
        return [words.split()[1] for words in buttons if words.startswith("Take ")]

    assert takeable(ada) == ["Messenger"]
    assert takeable(cleo) == ["Lead", "Scribe", "Messenger"]


def test_an_accepted_role_can_be_neither_accepted_nor_taken(signed_in: SignIn):
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada, bo])
    declared = incident(service=service(rule("lead", on_call_in(primary))))
    participants.join(declared, person=bo, by=Actor.of_person(bo), now=NIGHT)
    roles.accept(declared, role=role("lead"), person=ada, by=Actor.of_person(ada), now=NIGHT)

    assert buttons_of(signed_in(ada).get("/"), "incidents") == []
    assert buttons_of(signed_in(bo).get("/"), "incidents") == []


def test_a_resolved_incident_leaves_the_board(signed_in: SignIn):
    lifecycle.resolve(incident(), by=Actor.system(), now=NIGHT)

    assert lines_of(signed_in(person()).get("/"), "incidents")[:2] == ["Incidents", "No open incidents."]


def test_what_waits_for_the_viewer_comes_first_then_the_worst(signed_in: SignIn):
    ada = person("Ada Okafor")
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada])
    incident("Mild", severity=4)
    incident("Bad", severity=1)
    incident("Mine", severity=5, service=service(rule("lead", on_call_in(primary))))

    lines = lines_of(signed_in(ada).get("/"), "incidents")

    assert [line.split()[1] for line in lines if line.startswith("#")] == ["Mine", "Bad", "Mild"]


def test_a_drill_is_marked(signed_in: SignIn):
    incident("Practice", is_drill=True)

    assert "Declared Drill General open for 14 min by Oncall" in lines_of(signed_in(person()).get("/"), "incidents")


def test_a_fresh_installation_says_what_to_do_next_to_those_who_can_do_it(signed_in: SignIn):
    root, ada = administrator(is_staff=True), person("Ada")

    assert lines_of(signed_in(root).get("/"), "on-call")[-3:] == ["Add a schedule", "Add people", "Add a team"]
    assert lines_of(signed_in(ada).get("/"), "on-call")[1:] == [
        "No schedules yet.",
        "An administrator sets them up. Until then nobody is on call, and incidents wait for the first person to join.",
    ]


def test_only_staff_see_the_way_to_the_admin(signed_in: SignIn):
    admin = reverse("admin:index").encode()

    assert admin in signed_in(administrator(is_staff=True)).get("/").content
    assert admin not in signed_in(person()).get("/").content


def add_schedule_with_incident(number: int, crew: list[Person]) -> None:
    primary = schedule(f"primary-{number}")
    weekly_rotation(primary, crew[number:] + crew[:number])
    scribe = rule("scribe", FIRST_TO_JOIN)
    incident(service=service(rule("lead", on_call_in(primary)), scribe, slug=f"service-{number}"))


@pytest.mark.parametrize(("address", "queries"), [("/", 13), ("/board/incidents/", 7), ("/board/on-call/", 7)])
@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_schedules_and_incidents_does_not_change_the_number_of_queries(
    signed_in: SignIn,
    django_assert_num_queries,
    django_capture_on_commit_callbacks,
    address: str,
    queries: int,
    count: int,
):
    crew = [person("Ada"), person("Bo"), person("Cleo")]
    for number in range(count):
        add_schedule_with_incident(number, crew)
    client = signed_in(crew[0])
    # Plans are remembered once what was read is sure to stay.
    with django_capture_on_commit_callbacks(execute=True):
        client.get(address)

    with django_assert_num_queries(queries):
        client.get(address)


def test_reading_the_plans_for_the_first_time_costs_as_many_queries_for_three_as_for_one(signed_in: SignIn):
    crew = [person("Ada"), person("Bo"), person("Cleo")]
    client = signed_in(crew[0])
    counts = []
    for numbers in ([0], [1, 2]):
        for number in numbers:
            add_schedule_with_incident(number, crew)
        with CaptureQueriesContext(connection) as read:
            client.get("/")
        counts.append(len(read))

    assert counts[0] == counts[1]


def test_a_page_of_somebody_is_kept_in_no_cache(signed_in: SignIn):
    response = signed_in(person()).get("/")

    assert response.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_no_script_and_no_style_stands_in_the_page(signed_in: SignIn):
    incident()
    html = signed_in(person()).get("/").content.decode()

    assert html.count("<script") == html.count('<script defer src="/static/pages/') == 2
    assert [word for word in ("<style", " style=", " onclick=", "javascript:", "hx-on", "js:") if word in html] == []
