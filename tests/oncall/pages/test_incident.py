"""What does the page of one incident say, and what can be written there?"""

from datetime import timedelta

import pytest

from oncall.incidents.models import TimelineEntry
from oncall.incidents.services import lifecycle, notes, participants
from rotations.actors import Actor
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, on_call_in, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation
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
        "Lead Ada Okafor Offered, time is up On call in payments-primary until Mon 09:00",
        "Scribe Nobody Vacant Goes to the first responder who joins",
        "You take part as observer. 1 person is here.",
        f"Join as responder incident {declared.number}",
        "Acknowledge",
        "Mark as mitigated",
        "Resolve",
        "Leave",
        "People",
        "Bo Lind You observer",
        "Ada Okafor asked, has not joined",
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
    assert buttons_of(response, "room") == ["Reopen"]


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


@pytest.mark.parametrize(("part", "queries"), [("", 9), ("room/", 7), ("timeline/", 4)])
@pytest.mark.parametrize("count", [1, 3])
def test_people_and_notes_do_not_change_the_number_of_queries(
    signed_in: SignIn, django_assert_num_queries, part: str, queries: int, count: int
):
    declared = incident()
    crew = [person(f"Person{number}") for number in range(count)]
    for one in crew:
        participants.join(declared, person=one, by=Actor.of_person(one), now=NIGHT)
        notes.add_note(declared, text="Looking.", by=Actor.of_person(one), now=NIGHT)
    client = signed_in(crew[0])

    with django_assert_num_queries(queries):
        client.get(f"/incidents/{declared.number}/{part}")
