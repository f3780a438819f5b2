"""The list editors of the admin, by mouse and by keyboard, in a real browser under the strict policy."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from oncall.incidents.models import ResponsePlan
from rotations.models import Person, Rotation, Schedule
from rotations.services.rotations import draft_of
from tests.admin_forms import page_for, page_of
from tests.browser.signing_in import show
from tests.factories.incidents import FIRST_TO_JOIN, on_call_in, response_plan, role, rule
from tests.factories.rotations import administrator, hours, person, schedule, shadow, slots_of, team

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def five() -> list[Person]:
    return [person(name) for name in ("Ada", "Bo", "Cy", "Dee", "Eve")]


@pytest.fixture
def primary(five: list[Person]) -> Schedule:
    return schedule(of=team(members=five))


def open_as_administrator(page: Page, server: LiveServer, address: str) -> None:
    show(page, f"{server.url}{address}", to=administrator())


def names(page: Page) -> list[str]:
    return [row.inner_text() for row in page.locator(".order .lines-chip > span").all()]


def drag(page: Page, grip: Locator, onto: Locator) -> None:
    start, end = grip.bounding_box(), onto.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + end["height"] / 2, steps=4)
    page.mouse.move(end["x"] + 20, end["y"] + 1, steps=4)
    page.mouse.up()


def test_a_rotation_of_the_whole_team_is_set_up_in_four_clicks(page: Page, live_server: LiveServer, primary: Schedule):
    open_as_administrator(page, live_server, page_of(primary))

    page.get_by_role("link", name="Add rotation").click()
    page.get_by_role("button", name="Add everyone of the team").click()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".now").first).to_have_text(re.compile("Ada until"))
    assert [len(slot) for slot in draft_of(Rotation.objects.get().versions.get()).slots] == [1] * 5


def test_the_order_is_changed_by_dragging_and_by_the_arrow_keys(
    page: Page, live_server: LiveServer, primary: Schedule, five: list[Person]
):
    ada, bo, cy, dee, eve = five
    open_as_administrator(page, live_server, f"{page_for(Rotation)}?schedule={primary.pk}")
    page.get_by_role("button", name="Add everyone of the team").click()
    rows = page.locator(".order .lines-row")

    drag(page, rows.nth(4).locator(".lines-grip"), rows.nth(0))
    dragged = names(page)
    rows.nth(1).locator(".lines-grip").press("ArrowDown")
    page.keyboard.press("ArrowDown")
    pressed = names(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#now-heading")).to_be_visible()

    assert dragged == ["Eve", "Ada", "Bo", "Cy", "Dee"]
    assert pressed == ["Eve", "Bo", "Cy", "Ada", "Dee"]
    assert draft_of(Rotation.objects.get().versions.get()).slots == slots_of([eve, bo, cy, ada, dee])


def test_turns_are_shared_left_empty_and_shadowed_and_hours_are_chosen(
    page: Page, live_server: LiveServer, primary: Schedule, five: list[Person]
):
    ada, bo, cy, *_ = five
    open_as_administrator(page, live_server, f"{page_for(Rotation)}?schedule={primary.pk}")

    page.get_by_role("button", name="Add Ada").click()
    page.get_by_label("Add a person by name…").fill("bo")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Share the turn of Bo with somebody").click()
    page.get_by_label("Share with…").fill("cy@example.test")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Cy only watches").click()
    page.get_by_role("button", name="Add a turn of nobody").click()
    page.get_by_role("button", name="+ Working hours").click()
    page.get_by_role("button", name="fri", exact=True).click()
    page.get_by_label("Until").fill("17:30")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#now-heading")).to_be_visible()

    draft = draft_of(Rotation.objects.get().versions.get())
    assert draft.slots == slots_of([ada, [bo, shadow(cy)], None])
    assert draft.windows == [hours("09:00", "17:30", "mon", "tue", "wed", "thu")]


def test_without_scripts_the_order_is_a_text_to_write(
    page: Page, live_server: LiveServer, primary: Schedule, five: list[Person]
):
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    open_as_administrator(page, live_server, f"{page_for(Rotation)}?schedule={primary.pk}")

    page.locator("#id_order").fill("ada@example.test\nbo@example.test, cy@example.test")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#now-heading")).to_be_visible()

    ada, bo, cy, *_ = five
    assert draft_of(Rotation.objects.get().versions.get()).slots == slots_of([ada, [bo, cy]])


def test_the_sources_of_a_role_are_chosen_and_put_in_order(page: Page, live_server: LiveServer, primary: Schedule):
    plan = response_plan([rule("lead", on_call_in(primary), FIRST_TO_JOIN)])
    role("scribe")
    open_as_administrator(page, live_server, page_of(plan))

    page.get_by_role("button", name="Add: declarer").click()
    drag(page, page.locator(".sources .lines-grip").nth(2), page.locator(".sources .lines-row").nth(0))
    page.get_by_role("button", name="Add another Role").click()
    added = page.locator("#rules-1")
    added.locator("#id_rules-1-role").select_option("Lead")
    added.get_by_role("button", name="Add: next on call").click()
    added.get_by_role("button", name="Add: team").click()
    added.get_by_role("button", name="Add: holder of").click()
    added.get_by_label("Role", exact=True).last.select_option("Scribe")
    page.locator("#rules-0").get_by_label("Delete").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    [kept] = ResponsePlan.objects.get(pk=plan.pk).rules.all()
    assert [str(source) for source in kept.sources.all()] == [
        f"Who is next on call in a schedule: {primary}",
        f"The least-loaded member of a team: {primary.team}",
        "Who holds another role: Scribe",
    ]


def test_an_override_asks_only_for_whom_its_kind_needs(page: Page, live_server: LiveServer, primary: Schedule):
    address = "/admin/rotations/override/add/"
    open_as_administrator(page, live_server, f"{address}?schedule={primary.pk}")
    asked = {}

    for kind in ("replace", "add", "remove", "silence"):
        page.get_by_label("Kind").select_option(kind)
        asked[kind] = [name for name in ("replaces", "person", "rotation") if page.locator(f"#id_{name}").is_visible()]

    assert asked == {
        "replace": ["replaces", "person", "rotation"],
        "add": ["person", "rotation"],
        "remove": ["replaces", "rotation"],
        "silence": [],
    }
