"""What happens to what people write on the page of an incident: corrections, calls for help, findings?"""

from datetime import timedelta

import pytest

from oncall.incidents.models import Incident, Participant, TimelineEntry
from oncall.incidents.services import lifecycle
from rotations.actors import Actor
from rotations.models import Person, Schedule
from tests.factories.incidents import incident, named, rule, service
from tests.factories.rotations import hours, person, schedule, weekly_rotation
from tests.oncall.pages.conftest import NOW, SignIn
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def declared(ada: Person) -> Incident:
    return incident(service=service(rule("lead", named(ada)), rule("scribe", named(ada), required_from_severity=1)))


@pytest.fixture
def database() -> Schedule:
    """Dee is on call, then Eli."""
    primary = schedule("db-primary")
    weekly_rotation(primary, [person("Dee Vale"), person("Eli Aydin")])
    return primary


def at(declared: Incident, page: str) -> str:
    return f"/incidents/{declared.number}/{page}/"


def edited(declared: Incident, **changed: object) -> dict[str, object]:
    """Return what the form sends: what the person saw, and what they changed."""
    seen = {"title": declared.title, "severity": declared.severity}
    return {f"initial-{name}": value for name, value in seen.items()} | seen | changed


def asked() -> list[tuple[str, str]]:
    rows = Participant.objects.exclude(asked_at=None).order_by("id")
    return [(row.person.name, row.asked_because) for row in rows.select_related("person")]


def test_title_and_severity_are_corrected(signed_in: SignIn, declared: Incident, ada: Person):
    client = signed_in(ada)

    form = client.get(at(declared, "edit").replace("edit/", "")).content.decode()
    response = client.post(at(declared, "edit"), edited(declared, severity=1, title="Cards fail"))

    assert 'name="initial-severity" value="3"' in form
    assert (response.status_code, response.headers["Location"]) == (302, f"/incidents/{declared.number}/")
    declared.refresh_from_db()
    assert (declared.title, declared.severity) == ("Cards fail", 1)


def test_what_somebody_else_changed_meanwhile_stays(signed_in: SignIn, declared: Incident, ada: Person):
    sent = edited(declared, title="Cards fail")
    lifecycle.edit(declared, severity=1, by=Actor.system(), now=NOW)

    signed_in(ada).post(at(declared, "edit"), sent)

    declared.refresh_from_db()
    assert (declared.title, declared.severity) == ("Cards fail", 1)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title": ""}, "Say in a few words what is broken."),
        ({"title": "x" * 301}, "Ensure this value has at most 300 characters (it has 301)."),
        ({"severity": 9}, "Select a valid choice. 9 is not one of the available choices."),
    ],
)
def test_a_correction_that_makes_no_sense_is_told_beside_the_field(
    signed_in: SignIn, declared: Incident, ada: Person, changed: dict[str, object], told: str
):
    facts = TimelineEntry.objects.count()

    response = signed_in(ada).post(at(declared, "edit"), edited(declared, **changed))

    assert (response.status_code, told in lines_of(response, "edit")) == (400, True)
    assert '<details class="card" id="edit" open>' in response.content.decode()
    assert TimelineEntry.objects.count() == facts


def test_a_resolved_incident_is_not_corrected(signed_in: SignIn, declared: Incident, ada: Person):
    lifecycle.resolve(declared, by=Actor.system(), now=NOW)

    response = signed_in(ada).post(at(declared, "edit"), edited(declared, severity=1))

    declared.refresh_from_db()
    assert (response.status_code, declared.severity) == (400, 3)


def test_whoever_is_on_call_elsewhere_is_asked(signed_in: SignIn, declared: Incident, ada: Person, database: Schedule):
    client = signed_in(ada)
    call = {"schedule": "db-primary", "reason": "Replication is stuck."}

    assert ">Db primary: Dee Vale</option>" in client.get(f"/incidents/{declared.number}/").content.decode()
    first = client.post(at(declared, "bring-in"), call, follow=True)
    again = client.post(at(declared, "bring-in"), call, follow=True)
    more = client.post(at(declared, "bring-in"), {"schedule": "db-primary", "reason": "", "more": "on"}, follow=True)

    assert [lines_of(page)[0] for page in (first, again, more)] == [
        "Asked to help: Dee Vale.",
        "Nobody new: Dee Vale, asked before or here.",
        "Asked to help: Eli Aydin.",
    ]
    assert asked() == [
        ("Dee Vale", "on call in db-primary, asked by Ada Okafor: Replication is stuck."),
        ("Eli Aydin", "next on call in db-primary, asked by Ada Okafor"),
    ]


def test_somebody_is_asked_by_name(signed_in: SignIn, declared: Incident, ada: Person):
    bo = person("Bo Lind")

    page = signed_in(ada).post(at(declared, "ask"), {"person": bo.pk, "reason": "You wrote it."}, follow=True)

    assert lines_of(page)[0] == "Asked to help: Bo Lind."
    assert asked() == [("Bo Lind", "asked by Ada Okafor: You wrote it.")]


def test_nobody_on_call_there_is_told_in_the_form_with_who_comes_next(
    signed_in: SignIn, declared: Incident, ada: Person
):
    weekly_rotation(schedule("office"), [person("Dee Vale")], windows=[hours("09:00", "17:00")])
    client = signed_in(ada)

    assert ">Office: nobody now</option>" in client.get(f"/incidents/{declared.number}/").content.decode()
    response = client.post(at(declared, "bring-in"), {"schedule": "office", "reason": "x"})

    assert response.status_code == 400
    assert "Nobody is on call in Office; Dee Vale is next, at 09:00." in lines_of(response, "bring-in")
    assert 'value="x"' in response.content.decode()


@pytest.mark.parametrize(
    ("page", "values", "told"),
    [
        ("bring-in", {"schedule": "nope"}, "This schedule is not in use any more."),
        ("ask", {"person": ""}, "Choose whom to ask."),
        ("ask", {"person": "me"}, "To help oneself, one joins."),
    ],
)
def test_a_call_for_help_that_makes_no_sense_asks_nobody(
    signed_in: SignIn, declared: Incident, ada: Person, database: Schedule, page: str, values: dict[str, str], told: str
):
    sent = {name: ada.pk if value == "me" else value for name, value in values.items()}

    response = signed_in(ada).post(at(declared, page), sent)

    assert (response.status_code, told in lines_of(response, "bring-in"), asked()) == (400, True, [])


def test_a_finding_is_marked_as_one(signed_in: SignIn, declared: Incident, ada: Person):
    client = signed_in(ada)

    page = client.post(at(declared, "notes"), {"text": "The certificate expired.", "kind": "finding"}, follow=True)
    odd = client.post(at(declared, "notes"), {"text": "x", "kind": "rumour"})

    assert lines_of(page, "timeline")[2] == "Finding The certificate expired. Ada Okafor"
    assert odd.status_code == 400
    assert TimelineEntry.objects.filter(kind="finding").count() == 1


@pytest.mark.parametrize("page", ["edit", "bring-in", "ask", "status", "roles/lead/assign"])
def test_what_is_only_opened_changes_nothing(signed_in: SignIn, declared: Incident, ada: Person, page: str):
    facts = TimelineEntry.objects.count()

    response = signed_in(ada).get(at(declared, page))

    assert (response.status_code, response.headers["Location"]) == (302, f"/incidents/{declared.number}/")
    assert TimelineEntry.objects.count() == facts


def test_the_forms_of_a_resolved_incident_are_gone_but_notes(signed_in: SignIn, declared: Incident, ada: Person):
    lifecycle.resolve(declared, by=Actor.system(), now=NOW + timedelta(minutes=1))

    html = signed_in(ada).get(f"/incidents/{declared.number}/").content.decode()

    assert [name for name in ("bring-in", "edit", "merge", "note") if f'id="{name}"' in html] == ["note"]
