"""A request to take over, answered on the board by a press of a button."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from rotations.models import Swap
from rotations.queries.turns import ordinal_of_turn
from tests.browser.signing_in import show
from tests.factories.rotations import asked_swap, person, schedule, team, weekly_rotation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_somebody_takes_over_by_a_press_of_a_button(page: Page, live_server: LiveServer):
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    primary = schedule("payments-primary", of=team(members=[ada, bo]))
    rotation = weekly_rotation(primary, [bo])
    now = timezone.now()
    coming = ordinal_of_turn(rotation, at=now + timedelta(days=7))
    asked_swap(rotation, coming, bo, ada, reason="wedding", now=now)
    show(page, live_server.url, to=ada)

    page.get_by_role("button", name="Accept the turn of Bo Lind").click()

    expect(page.locator("#swaps")).to_have_count(0)
    assert Swap.objects.get().state == "accepted"
