"""The board and an incident as people meet them: with a phone at night, and with scripts switched off."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from oncall.incidents.models import Incident
from oncall.incidents.queries import incident_view
from oncall.incidents.services import participants, roles
from oncall.incidents.services.defaults import ensure_defaults
from oncall.incidents.services.lifecycle import resolve
from rotations.actors import Actor
from rotations.models import Person
from tests.browser.conftest import PHONE, Open
from tests.factories.incidents import FIRST_TO_JOIN, incident, on_call_in, role, rule, service
from tests.factories.rotations import administrator, person, schedule, weekly_rotation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFRESH = "htmx.trigger('#incidents', 'refresh')"


@pytest.fixture
def ada() -> Person:
    """On call, and so asked to lead."""
    return person("Ada Okafor")


@pytest.fixture
def checkout(ada: Person):
    ensure_defaults()
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada])
    return service(rule("lead", on_call_in(primary)), rule("scribe", FIRST_TO_JOIN))


def declared(checkout) -> Incident:
    return incident(service=checkout, severity=2, now=timezone.now())


def test_an_offer_arrives_by_itself_and_is_accepted_without_leaving_the_page(visit: Open, ada: Person, checkout):
    page = visit(ada, **PHONE)
    page.evaluate("window.isStillHere = true")
    raised = declared(checkout)

    page.evaluate(REFRESH)
    expect(page).to_have_title("(1) Board · Oncall")
    page.get_by_role("button", name=f"Accept Lead of incident {raised.number}").tap()

    expect(page.locator("#incidents .state.accepted")).to_have_text("Accepted")
    expect(page).to_have_title("Board · Oncall")
    assert page.evaluate("window.isStillHere") is True
    assert [(seat.holder, seat.state) for seat in incident_view(raised.number).roles] == [(ada, "accepted")]


def test_whoever_joins_first_is_given_the_role_that_waited(visit: Open, ada: Person, checkout):
    raised = declared(checkout)
    bo = person("Bo Lind")
    page = visit(bo)

    page.get_by_role("button", name=f"Join incident {raised.number}", exact=True).click()

    expect(page.locator("#incidents li.accepted .holder")).to_have_text("Bo Lind You")


def test_declaring_leads_into_the_incident_with_the_declarer_as_lead(visit: Open, ada: Person, checkout):
    page = visit(ada)

    page.get_by_text("Declare an incident").click()
    page.get_by_label("What is broken?").fill("Checkout answers 5xx")
    page.get_by_label("1 · worst").check()
    page.get_by_label("Service", exact=True).select_option(label="Checkout")
    page.get_by_role("button", name="Declare").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"#{Incident.objects.get().number} Checkout answers 5xx")
    expect(page.locator("#room li.accepted").first).to_contain_text("Ada Okafor")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator("#timeline")).to_contain_text("Ada Okafor acknowledged the incident")


def test_a_refusal_is_told_in_place_stays_through_a_poll_and_goes_when_dismissed(visit: Open, ada: Person, checkout):
    raised = declared(checkout)
    bo = person("Bo Lind")
    participants.join(raised, person=bo, by=Actor.of_person(bo), now=timezone.now())
    page = visit(bo, expected="409")
    roles.accept(raised, role=role("lead"), person=ada, by=Actor.of_person(ada), now=timezone.now())
    told = page.locator(f"#refusal-{raised.number}")

    page.get_by_role("button", name="Take Lead").click()
    expect(told).to_contain_text("Ada Okafor is Lead since")
    with page.expect_response("**/board/incidents/"):
        page.evaluate(REFRESH)
    expect(told).to_contain_text("Ada Okafor is Lead since")
    told.get_by_role("link", name="Dismiss").click()
    expect(told).to_be_hidden()
    with page.expect_response("**/board/incidents/"):
        page.evaluate(REFRESH)
    expect(told).to_be_hidden()


def test_everything_works_without_scripts(visit: Open, ada: Person, checkout):
    raised = declared(checkout)
    page = visit(ada, expected="409", java_script_enabled=False)

    page.get_by_role("button", name="Accept Lead").click()
    expect(page.locator("#incidents .state.accepted")).to_have_text("Accepted")
    page.get_by_role("link", name="Reload").click()
    page.get_by_role("link", name="Checkout 5xx").click()
    page.get_by_role("textbox", name="Note").fill("Rolled back.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#timeline li").first).to_contain_text("Rolled back.")
    resolve(raised, by=Actor.system(), now=timezone.now())
    page.get_by_role("button", name="Mark as mitigated").click()
    expect(page.locator(f"#refusal-{raised.number}")).to_contain_text("This incident is resolved")


def test_a_tab_that_nobody_looks_at_asks_nothing_until_somebody_looks(visit: Open, ada: Person, checkout):
    page = visit(ada)
    asked: list[str] = []
    # Of what the page asks for, not of what the browser still fetches for it, such as its icon.
    page.on(
        "request",
        lambda request: asked.append(request.url.removeprefix(page.url)) if request.resource_type == "xhr" else None,
    )

    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.evaluate(REFRESH)
    page.wait_for_timeout(200)
    assert asked == []
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false})")
    with page.expect_response("**/board/on-call/"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert sorted(asked) == ["board/incidents/", "board/on-call/"]


def test_a_server_that_does_not_answer_is_told_and_forgotten_when_it_answers_again(visit: Open, ada: Person, checkout):
    page = visit(ada, expected="ERR_FAILED|^htmx:")
    page.route("**/board/incidents/", lambda route: route.abort())
    page.evaluate(REFRESH)
    expect(page.locator("#late")).to_contain_text("The server does not answer.")

    page.unroute("**/board/incidents/")
    page.evaluate(REFRESH)
    expect(page.locator("#late")).to_be_hidden()


def test_a_session_that_ended_leads_to_the_sign_in_page(visit: Open, ada: Person, checkout):
    page = visit(ada)
    page.context.clear_cookies()

    page.evaluate(REFRESH)

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_nothing_is_cut_off_and_every_control_can_be_hit(visit: Open, ada: Person, checkout, width: int):
    raised = declared(checkout)
    page = visit(ada, viewport={"width": width, "height": 700}, color_scheme="dark")
    page.get_by_text("Declare an incident").click()

    pages = ("", f"incidents/{raised.number}/", "accounts/password/", "schedules/payments-primary/load/")
    for address in [f"{page.url}{path}" for path in pages]:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.evaluate(
            """[...document.querySelectorAll("main :is(button, summary, a.button, input, select, textarea)")]
            .filter((one) => one.checkVisibility() && !["radio", "hidden"].includes(one.type))
            .filter((one) => one.getBoundingClientRect().height < 44)
            .map((one) => one.outerHTML)"""
        )
        assert small == []


def test_a_fresh_installation_leads_staff_to_the_admin(visit: Open):
    ensure_defaults()
    page = visit(administrator("Root", is_staff=True))

    page.get_by_role("link", name="Add a schedule").click()

    expect(page).to_have_title("Add schedule | Oncall")


def test_the_keyboard_reaches_the_content_first_and_shows_where_it_is(visit: Open, ada: Person, checkout):
    page = visit(ada)
    page.goto(page.url)

    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().width") > 100
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_pressing_a_button_by_keyboard_keeps_the_place_through_a_poll(visit: Open, ada: Person, checkout):
    declared(checkout)
    page = visit(ada)
    page.get_by_role("button", name="Accept Lead").focus()

    with page.expect_response("**/board/incidents/"):
        page.evaluate(REFRESH)

    expect(page.get_by_role("button", name="Accept Lead")).to_be_focused()


def test_a_role_is_handed_off_on_one_phone_and_taken_over_on_another(visit: Open, ada: Person, checkout):
    raised = declared(checkout)
    roles.accept(raised, role=role("lead"), person=ada, by=Actor.of_person(ada), now=timezone.now())
    bo = person("Bo Lind")
    hers, his = visit(ada, **PHONE), visit(bo, **PHONE)

    hers.get_by_role("link", name="Hand off Lead").click()
    hers.get_by_label("To whom?", exact=True).select_option(label="Bo Lind")
    hers.get_by_label("What is the status?").fill("Cards fail in the EU.")
    hers.get_by_role("button", name="Offer the handoff").click()
    expect(hers.get_by_role("button", name="Take back Lead")).to_be_visible()
    his.evaluate(REFRESH)
    expect(his).to_have_title("(1) Board · Oncall")
    expect(his.locator("#incidents .handoff")).to_contain_text("Cards fail in the EU.")
    his.get_by_role("button", name="Take over Lead").tap()

    expect(his.locator("#incidents li.accepted .holder")).to_have_text("Bo Lind You")
    assert [(seat.holder, seat.state) for seat in incident_view(raised.number).roles] == [(bo, "accepted")]
