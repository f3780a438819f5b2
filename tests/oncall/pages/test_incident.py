"""What does the page of one incident say, and what can be written there?"""

from datetime import timedelta

import pytest

from oncall.incidents.models import TimelineEntry
from oncall.incidents.services import lifecycle, notes, participants, roles
from rotations.actors import Actor
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, named, on_call_in, role, rule, service
from tests.factories.rotations import administrator, person, schedule, weekly_rotation
from tests.oncall.pages.conftest import SignIn
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db


def test_the_page_shows_roles_people_and_the_timeline(signed_in: SignIn):
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada, bo])
    checkout = service(rule("lead", on_call_in(primary)), rule("scribe", FIRST_TO_JOIN))
    declared = incident(service=checkout, severity=1)
    participants.join(declared, person=bo, kind="observer", by=Actor.of_person(bo), now=NIGHT + timedelta(minutes=1))

    response = signed_in(bo).get(f"/incidents/{declared.number}/")

    assert lines_of(response, "room") == [
        "SEVSeverity 1",
        f"#{declared.number} Checkout 5xx",
        "Declared Checkout open for 14 min by Oncall",
        "declared 03:00",
        "Lead Ada Okafor Offered, time is up On call in payments-primary until Mon 09:00 Why, and more about Lead",
        "Open Lead",
        "Scribe Nobody Vacant since 03:00 Goes to the first responder who joins Why, and more about Scribe",
        "Open Scribe",
        "You take part as observer. 1 person is here.",
        f"Join as responder incident {declared.number}",
        "Acknowledge",
        "Mark as mitigated",
        "Resolve",
        "Every role ends, and nobody is asked any more. It can be reopened.",
        "Resolve",
    ]
    assert lines_of(response, "people") == [
        "People 1 asked",
        "Bo Lind You Observer Engaged since 03:01",
        "Ada Okafor Asked, has not joined",
        "Take a break",
        "Step away",
        "Leave",
    ]
    assert lines_of(response, "timeline") == [
        "Timeline, latest first",
        "03:01:00",
        "Bo Lind joined as observer",
        "03:00:00",
        "Nobody is Scribe: goes to the first responder who joins",
        "03:00:00",
        "Ada Okafor is asked to be Lead: on call in payments-primary until Mon 09:00",
        "03:00:00",
        "Oncall declared Checkout 5xx",
    ]


def test_a_resolved_incident_says_how_long_it_lasted_and_can_only_be_reopened(signed_in: SignIn):
    declared = incident()
    lifecycle.resolve(declared, by=Actor.system(), now=NIGHT + timedelta(minutes=10))

    response = signed_in(person()).get(f"/incidents/{declared.number}/")

    assert lines_of(response, "room")[2:4] == [
        "Resolved General lasted 10 min by Oncall",
        "declared 03:00 resolved 03:10",
    ]
    assert buttons_of(response) == ["Reopen", "Add the note"]


def test_a_resolved_incident_says_who_held_what_and_who_took_part(signed_in: SignIn):
    ada, bo, cy = person("Ada Okafor"), person("Bo Lind"), person("Cy Dahl")
    declared = incident(service=service(rule("lead", named(ada)), rule("scribe", named(cy))))
    roles.accept(declared, role=role(), person=ada, by=Actor.of_person(ada), now=NIGHT + timedelta(minutes=2))
    participants.join(declared, person=bo, by=Actor.of_person(bo), now=NIGHT + timedelta(minutes=3))
    root, fifth = administrator("Root"), NIGHT + timedelta(minutes=5)
    roles.take(declared, role=role(), person=root, force=True, reason="ill", by=Actor.of_person(root), now=fifth)
    lifecycle.resolve(declared, by=Actor.system(), now=NIGHT + timedelta(minutes=10))

    response = signed_in(bo).get(f"/incidents/{declared.number}/")

    assert lines_of(response, "room")[4:] == [
        "Lead Ada Okafor 03:02 to 03:05 Taken",
        "Lead Root 03:05 to 03:10 Resolved",
        "Reopen",
        "Every role that is needed is offered again, first to whoever held it.",
        "Reopen",
    ]
    assert lines_of(response, "people") == ["People", "Ada Okafor", "Bo Lind You", "Root"]


def test_where_nobody_accepted_a_role_a_resolved_incident_says_so(signed_in: SignIn):
    declared = incident()
    lifecycle.resolve(declared, by=Actor.system(), now=NIGHT + timedelta(minutes=10))

    response = signed_in(person()).get(f"/incidents/{declared.number}/")

    assert "Nobody accepted a role." in lines_of(response, "room")
    assert "Nobody joined." in lines_of(response, "people")


def test_what_people_wrote_stands_as_they_wrote_it(signed_in: SignIn):
    cleo = person("Cleo Marsh", zone="Europe/Berlin")
    declared = incident("An exclusive lock is held since 2026-11-20T01:00:00Z", service=service(rule("lead")))
    text = "No one has it: no_one_on_call, exclusive at 2026-11-20T02:00:00Z, 02:30Z"
    notes.add_note(declared, text=text, by=Actor.of_person(cleo), now=NIGHT)

    lines = lines_of(signed_in(cleo).get(f"/incidents/{declared.number}/"), "timeline")

    assert f"{text} Cleo Marsh" in lines
    assert "Oncall declared An exclusive lock is held since 2026-11-20T01:00:00Z" in lines


def test_a_role_is_accepted_since_it_was_accepted(signed_in: SignIn):
    ada = person("Ada Okafor")
    declared = incident(service=service(rule("lead", named(ada))))
    roles.accept(declared, role=role(), person=ada, by=Actor.of_person(ada), now=NIGHT + timedelta(minutes=2))

    lines = lines_of(signed_in(ada).get(f"/incidents/{declared.number}/"), "room")

    assert any(line.startswith("Lead Ada Okafor You Accepted since 03:02") for line in lines)


def test_a_note_stands_in_the_timeline_with_its_author_and_its_lines(signed_in: SignIn):
    ada, declared = person("Ada Okafor"), incident()

    response = signed_in(ada).post(
        f"/incidents/{declared.number}/notes/", {"text": "Rolled back.\nWatching <b>."}, follow=True
    )

    assert response.redirect_chain == [(f"/incidents/{declared.number}/", 302)]
    assert lines_of(response, "timeline")[1:3] == ["03:14:00", "Rolled back. Watching <b>. Ada Okafor"]
    assert b"Watching &lt;b&gt;." in response.content


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "The note is empty."), ("  \n", "The note is empty."), ("a\x00b", "Null characters are not allowed.")],
)
def test_a_note_that_cannot_be_kept_says_why(signed_in: SignIn, text: str, told: str):
    declared = incident()
    facts = TimelineEntry.objects.count()

    response = signed_in(person()).post(f"/incidents/{declared.number}/notes/", {"text": text})

    assert (response.status_code, told in lines_of(response)) == (400, True)
    assert TimelineEntry.objects.count() == facts


@pytest.mark.parametrize("part", ["", "room/", "timeline/"])
def test_an_incident_that_is_not_there(signed_in: SignIn, part: str):
    response = signed_in(person()).get(f"/incidents/404/{part}")

    assert (response.status_code, lines_of(response)) == (
        404,
        [
            "404",
            "Nothing here",
            "The address may be mistyped, or what stood here belongs to somebody else.",
            "To the board",
        ],
    )


@pytest.mark.parametrize(("part", "queries"), [("", 12), ("room/", 8), ("timeline/", 4), ("roles/lead/", 7)])
@pytest.mark.parametrize(("entries", "count"), [(1, 1), (100, 3)])
def test_people_and_notes_do_not_change_the_number_of_queries(
    signed_in: SignIn, django_assert_num_queries, part: str, queries: int, entries: int, count: int
):
    declared = incident()
    crew = [person(f"Person{number}") for number in range(count)]
    for one in crew:
        participants.join(declared, person=one, by=Actor.of_person(one), now=NIGHT)
    for _ in range(entries):
        notes.add_note(declared, text="Looking.", by=Actor.of_person(crew[0]), now=NIGHT)
    client = signed_in(crew[0])

    with django_assert_num_queries(queries):
        client.get(f"/incidents/{declared.number}/{part}")


def test_a_timeline_that_is_too_long_says_where_the_rest_is(signed_in: SignIn):
    declared = incident()
    for number in range(200):
        notes.add_note(declared, text=f"Note {number}", by=Actor.system(), now=NIGHT)

    lines = lines_of(signed_in(person()).get(f"/incidents/{declared.number}/"), "timeline")

    assert (lines[2], lines[-2:]) == (
        "Note 199 Oncall",
        [
            "Note 0 Oncall",
            f"What happened before that is in the API, at /api/v1/incidents/{declared.number}/timeline/.",
        ],
    )


def test_a_drill_says_so_wherever_one_looks(signed_in: SignIn):
    practice = incident("The warehouse burns", is_drill=True, by=person("Ada Okafor"))
    client = signed_in(person("Bo Lind"))

    page = client.get(f"/incidents/{practice.number}/")
    others = [client.get(f"/incidents/{practice.number}/roles/lead/{part}") for part in ("", "handoff/")]

    assert lines_of(page, "room")[0] == "This is a drill."
    assert f"<title>Drill: #{practice.number} The warehouse burns · Oncall</title>" in page.content.decode()
    assert ["Drill" in lines_of(other)[1].split() for other in others] == [True, True]
