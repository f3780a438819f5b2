"""The page of an incident as people use it at night: what is opened stays open, and who is asked comes."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from oncall.incidents.models import Incident, Participant
from oncall.incidents.queries import incident_view
from oncall.incidents.services import lifecycle, participants, roles
from oncall.incidents.services.defaults import ensure_defaults
from rotations.actors import Actor
from rotations.models import Person
from tests.browser.conftest import PHONE, Open
from tests.factories.incidents import incident, named, role, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada() -> Person:
    return person("Ada Okafor")


@pytest.fixture
def bo() -> Person:
    return person("Bo Lind")


@pytest.fixture
def raised(ada: Person, bo: Person) -> Incident:
    """The lead is offered to Ada, then to Bo; Bo is on call for the database."""
    ensure_defaults()
    weekly_rotation(schedule("db-primary"), [bo])
    return incident(service=service(rule("lead", named(ada), named(bo))), severity=2, now=timezone.now())


def opened(visit: Open, who: Person, one: Incident, **options: object) -> Page:
    page = visit(who, **options)
    page.goto(f"{page.url}incidents/{one.number}/")
    return page


def poll(page: Page) -> None:
    with page.expect_response("**/room/"):
        page.evaluate("htmx.trigger('#room', 'refresh')")


def test_what_is_opened_and_typed_stays_through_polls_until_its_role_changes_hands(
    visit: Open, ada: Person, bo: Person, raised: Incident
):
    roles.accept(raised, role=role(), person=ada, by=Actor.of_person(ada), now=timezone.now())
    page = opened(visit, ada, raised, **PHONE)
    page.get_by_text("Why, and more").tap()
    page.get_by_text("Give back…").tap()
    page.get_by_label("Why is it left without a handoff?").first.press_sequentially("boarding a ")

    lifecycle.edit(raised, title="Cards fail", by=Actor.system(), now=timezone.now())
    poll(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cards fail")
    page.keyboard.type("plane")
    expect(page.get_by_label("Why is it left without a handoff?").first).to_have_value("boarding a plane")
    page.get_by_role("button", name="Leave it vacant").tap()

    expect(page.locator("#room .roles")).to_contain_text("Bo Lind")
    expect(page.get_by_text("Give back…")).to_have_count(0)
    assert [(seat.holder, seat.state) for seat in incident_view(raised.number).roles] == [(bo, "offered")]
    expect(page.locator("#timeline")).to_contain_text("Ada Okafor gave Lead back: boarding a plane")


def test_declining_with_a_reason_on_a_phone(visit: Open, ada: Person, bo: Person, raised: Incident):
    page = opened(visit, ada, raised, **PHONE)

    expect(page.locator(".first-thing .what")).to_have_text("You are asked to be Lead")
    page.get_by_text("Decline…").tap()
    page.get_by_label("Why? You may leave this empty.").fill("on a train")
    page.get_by_role("button", name="Decline Lead").tap()

    expect(page.locator(".first-thing")).to_have_count(0)
    expect(page.locator("#timeline")).to_contain_text("Ada Okafor declined to be Lead: on a train")


def test_help_is_asked_on_one_phone_and_comes_from_another(visit: Open, ada: Person, bo: Person, raised: Incident):
    participants.join(raised, person=ada, by=Actor.of_person(ada), now=timezone.now())
    hers, his = opened(visit, ada, raised, **PHONE), visit(bo, **PHONE)

    hers.get_by_text("Bring in help").tap()
    hers.get_by_label("Who is on call in").select_option(label="Db primary: Bo Lind")
    hers.get_by_label("What for?").first.fill("Replication is stuck.")
    hers.get_by_role("button", name="Ask who is on call").tap()
    expect(hers.locator(".strip.done")).to_have_text("Asked to help: Bo Lind.")
    his.evaluate("htmx.trigger('#incidents', 'refresh')")
    expect(his.locator(".first-thing")).to_contain_text("asked by Ada Okafor: Replication is stuck.")
    his.get_by_role("button", name=f"Join incident {raised.number}").tap()

    expect(his.locator(".first-thing")).to_have_count(0)
    assert Participant.objects.get(person=bo).joined_at is not None
    poll(hers)
    expect(hers.locator("#people")).to_contain_text("2 engaged")
    hers.get_by_role("button", name="Take a break").tap()
    expect(hers.locator("#people")).to_contain_text("1 engaged, 1 on a break")


def test_resolving_asks_back_and_can_be_taken_back(visit: Open, ada: Person, raised: Incident):
    page = opened(visit, ada, raised)

    page.locator("summary", has_text="Resolve").click()
    expect(page.get_by_text("Every role ends, and nobody is asked any more.")).to_be_visible()
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator("#room .status")).to_have_text("Resolved")
    page.locator("summary", has_text="Reopen").click()
    page.get_by_role("button", name="Reopen").click()

    expect(page.locator(".first-thing .what")).to_have_text("You are asked to be Lead")


def test_a_refusal_is_brought_into_view(visit: Open, ada: Person, bo: Person, raised: Incident):
    participants.join(raised, person=bo, by=Actor.of_person(bo), now=timezone.now())
    page = opened(visit, bo, raised, expected="409", viewport={"width": 390, "height": 400})
    roles.accept(raised, role=role(), person=ada, by=Actor.of_person(ada), now=timezone.now())
    page.get_by_role("button", name="Take Lead").scroll_into_view_if_needed()

    page.get_by_role("button", name="Take Lead").click()

    expect(page.locator(f"#refusal-{raised.number}")).to_be_in_viewport()
