"""What does somebody read when it does not work?"""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db


def test_an_address_that_leads_nowhere_has_a_page_in_our_look(client: Client):
    response = client.get("/nowhere/")

    assert (response.status_code, lines_of(response)[:2]) == (404, ["404", "Nothing here"])
    assert b"pages/styles.css" in response.content


@pytest.mark.parametrize(("status", "title"), [("403", "Not allowed"), ("500", "Something broke on our side")])
def test_the_pages_of_a_refusal_and_a_failure_need_nothing_but_themselves(status: str, title: str):
    assert f'<h1 id="problem-title">{title}</h1>' in render_to_string(f"{status}.html")
