"""What does the page of one role say, and what can be done there?"""

from datetime import timedelta

import pytest

from oncall.incidents.models import Assignment, Incident
from oncall.incidents.queries import incident_view
from oncall.incidents.services import lifecycle, roles
from rotations.actors import Actor
from rotations.models import Person
from tests.factories.incidents import incident, named, on_call_in, role, rule, service
from tests.factories.rotations import administrator, person, schedule, shadow, team, weekly_rotation
from tests.oncall.pages.conftest import HTMX, NOW, SignIn
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia() -> Person:
    return person("Mia Roth")


@pytest.fixture
def declared(ada: Person, bo: Person, mia: Person) -> Incident:
    """The lead is offered to Ada, who is on call; Sia shadows her, Bo is named next, Mia manages the team."""
    payments = team("payments", managers=[mia])
    primary = schedule("payments-primary", of=payments)
    weekly_rotation(primary, [[ada, shadow(person("Sia Berg"))]])
    plan = (rule("lead", on_call_in(primary), named(bo)), rule("scribe", named(bo), required_from_severity=1))
    return incident(service=service(*plan, team=payments))


def accepted(declared: Incident, ada: Person) -> None:
    roles.accept(declared, role=role(), person=ada, by=Actor.of_person(ada), now=NOW - timedelta(minutes=10))


def holders(of: Incident) -> list[tuple[str, str, str]]:
    return [(seat.role_slug, seat.holder.name, seat.state) for seat in incident_view(of.number).roles]


def at(declared: Incident, act: str = "", slug: str = "lead") -> str:
    return f"/incidents/{declared.number}/roles/{slug}/{act}{'/' if act else ''}"


def test_the_evidence_is_told_in_words_latest_first(signed_in: SignIn, declared: Incident, ada: Person, bo: Person):
    roles.decline(declared, role=role(), person=ada, reason="ill", by=Actor.of_person(ada), now=NOW)

    lines = lines_of(signed_in(ada).get(at(declared)))

    assert lines[:12] == [
        "Lead",
        f"#{declared.number} Checkout 5xx · times in UTC",
        "Decides, and keeps everybody working on the same thing.",
        "Bo Lind 03:14, now",
        "Named in the response plan",
        "Ada Okafor: on call in payments-primary until Mon 09:00, but declined at 03:14",
        "Sia Berg: shadows in payments-primary, but whoever shadows is not asked",
        "Bo Lind: named in the response plan (chosen)",
        "Ada Okafor 03:00 to 03:14, declined: ill",
        "On call in payments-primary until Mon 09:00",
        "Ada Okafor: on call in payments-primary until Mon 09:00 (chosen)",
        "Sia Berg: shadows in payments-primary, but whoever shadows is not asked",
    ]


def test_the_page_of_the_incident_opens_it_in_place(signed_in: SignIn, declared: Incident, ada: Person):
    page = signed_in(ada).get(f"/incidents/{declared.number}/").content.decode()
    part = signed_in(ada).get(at(declared) + "?seat=1", headers=HTMX)

    assert f'hx-preserve hx-get="{at(declared)}?seat=1" hx-trigger="toggle once"' in page
    assert part.headers["Oncall-Part"] == "role"
    assert b"<html" not in part.content


@pytest.mark.parametrize(
    ("who", "state", "offered"),
    [
        ("ada", "offered", ["Accept", "Decline", "Ask"]),
        ("ada", "accepted", ["Leave it vacant"]),
        ("bo", "offered", ["Ask"]),
        ("bo", "accepted", []),
        ("mia", "accepted", ["Take it from them"]),
        ("root", "accepted", ["Take it from them"]),
    ],
)
def test_everybody_is_given_what_they_may_do(
    signed_in: SignIn,
    declared: Incident,
    ada: Person,
    bo: Person,
    mia: Person,
    who: str,
    state: str,
    offered: list[str],
):
    viewer = {"ada": ada, "bo": bo, "mia": mia}.get(who) or administrator("Root")
    if state == "accepted":
        accepted(declared, ada)

    buttons = buttons_of(signed_in(viewer).get(at(declared)))

    tail = f" Lead of incident {declared.number}"
    assert [words.removesuffix(tail).removesuffix(" them to be Lead") for words in buttons] == offered


def test_nobody_is_given_a_role_that_would_be_refused_to_them(
    signed_in: SignIn, declared: Incident, ada: Person, bo: Person
):
    one = incident(
        service=service(
            rule("lead", named(ada), exclusive_group="heads"),
            rule("scribe", named(ada), exclusive_group="heads"),
            slug="exclusive",
        )
    )
    roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=NOW)
    outsider, holder = signed_in(bo), signed_in(ada)

    page = holder.get(at(one, slug="scribe"))

    assert "Join as a responder to take it." in lines_of(outsider.get(at(declared)))
    assert "Whoever holds your other role may not hold this one as well." in lines_of(page)
    assert [words for words in buttons_of(page) if words.startswith("Take")] == []
    outsider.post(f"/incidents/{declared.number}/join/")
    assert buttons_of(outsider.get(at(declared)))[0].startswith("Take")


def test_a_role_that_nobody_is_asked_for_can_be_given_all_the_same(signed_in: SignIn, declared: Incident, bo: Person):
    client = signed_in(bo)

    assert "Scribe" in lines_of(client.get(f"/incidents/{declared.number}/"), "other-roles")
    assert "Nobody held it, and nobody was asked." in lines_of(client.get(at(declared, slug="scribe")))
    client.post(at(declared, "assign", "scribe"), {"person": bo.pk})
    client.post(f"/incidents/{declared.number}/join/")
    client.post(at(declared, "assign", "scribe"), {"person": bo.pk})

    assert ("scribe", "Bo Lind", "accepted") in holders(declared)
    lines = lines_of(client.get(at(declared, slug="scribe")))
    assert "Give back" in " ".join(lines)


def test_somebody_is_asked_by_name(signed_in: SignIn, declared: Incident, bo: Person, mia: Person):
    response = signed_in(bo).post(at(declared, "assign"), {"person": mia.pk}, headers=HTMX)

    assert (response.status_code, response.headers["Oncall-Part"]) == (200, "room")
    assert holders(declared) == [("lead", "Mia Roth", "offered")]


@pytest.mark.parametrize(("named", "told"), [("", "Choose whom to ask."), ("999", "They are not active any more.")])
def test_asking_nobody_is_refused(signed_in: SignIn, declared: Incident, bo: Person, named: str, told: str):
    response = signed_in(bo).post(at(declared, "assign"), {"person": named})

    assert (response.status_code, lines_of(response, f"refusal-{declared.number}")) == (400, [f"{told} Dismiss"])
    assert holders(declared) == [("lead", "Ada Okafor", "offered")]


def test_declining_says_why(signed_in: SignIn, declared: Incident, ada: Person):
    signed_in(ada).post(at(declared, "decline"), {"reason": "on a train"})

    assert Assignment.objects.get(person=ada).end_note == "on a train"
    assert holders(declared) == [("lead", "Bo Lind", "offered")]


def test_a_required_role_is_given_back_with_a_reason(signed_in: SignIn, declared: Incident, ada: Person):
    accepted(declared, ada)
    client = signed_in(ada)

    plain = client.post(at(declared, "release"))
    silent = client.post(at(declared, "release"), {"vacate": "on"})
    client.post(at(declared, "release"), {"vacate": "on", "reason": "ill"})

    assert (plain.status_code, silent.status_code) == (409, 400)
    assert holders(declared) == [("lead", "Bo Lind", "offered")]


def test_a_manager_takes_a_role_by_force_and_says_why(
    signed_in: SignIn, declared: Incident, ada: Person, bo: Person, mia: Person
):
    accepted(declared, ada)
    said = {"force": "on", "reason": "Ada does not answer"}

    silent = signed_in(mia).post(at(declared, "take"), {"force": "on"})
    stranger = signed_in(bo).post(at(declared, "take"), said)
    signed_in(mia).post(at(declared, "take"), said)

    assert (silent.status_code, stranger.status_code) == (400, 403)
    assert holders(declared) == [("lead", "Mia Roth", "accepted")]


def test_of_what_is_over_nothing_can_be_done(signed_in: SignIn, declared: Incident, ada: Person):
    lifecycle.resolve(declared, by=Actor.system(), now=NOW)

    page = signed_in(ada).get(at(declared))

    assert buttons_of(page) == []
    assert "Ada Okafor 03:00 to 03:14, resolved" in lines_of(page)


def test_a_role_that_is_none_is_not_there(signed_in: SignIn, declared: Incident, ada: Person):
    assert signed_in(ada).get(at(declared, slug="pilot")).status_code == 404
    assert signed_in(ada).get("/incidents/404/roles/lead/").status_code == 404
