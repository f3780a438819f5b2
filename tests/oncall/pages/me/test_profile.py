"""What may people say of themselves, and where is the rest?"""

import pytest
from django.test import Client

from rotations.models import Person
from tests.oncall.pages.conftest import SignIn
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db


def test_name_zone_and_country_are_ones_own(client: Client, ada: Person):
    response = client.post("/me/profile/", {"name": "Ada O.", "zone": "Asia/Tokyo", "country": "jp"})

    ada.refresh_from_db()
    assert (response.headers["Location"], ada.name, str(ada.zone), ada.country) == (
        "/me/",
        "Ada O.",
        "Asia/Tokyo",
        "JP",
    )
    shown = lines_of(client.get("/me/"))
    assert "Your profile is changed." in shown
    assert "Friday 20 November, 12:14 · times in Asia/Tokyo · Reload" in shown


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "", "zone": "UTC"}, "This field is required."),
        (
            {"name": "Ada", "zone": "Mars/Olympus"},
            "Select a valid choice. Mars/Olympus is not one of the available choices.",
        ),
        ({"name": "Ada", "zone": "UTC", "country": "DEU"}, "Ensure this value has at most 2 characters (it has 3)."),
    ],
)
def test_what_makes_no_sense_is_shown_again(client: Client, ada: Person, fields: dict[str, str], said: str):
    response = client.post("/me/profile/", fields)

    ada.refresh_from_db()
    assert (response.status_code, said in lines_of(response, "profile"), ada.name) == (400, True, "Ada Okafor")


def test_the_rest_is_the_administrators(client: Client, ada: Person):
    client.post("/me/profile/", {"name": "Ada", "zone": "UTC", "email": "root@example.test", "is_superuser": "on"})

    ada.refresh_from_db()
    assert (ada.email, ada.is_superuser) == ("ada@example.test", False)
    page = client.get("/me/")
    assert "You sign in as ada@example.test; administrators change that. Change password" in lines_of(page, "profile")
    assert 'href="/accounts/password/"' in page.content.decode()


def test_the_page_is_one_press_away_from_every_other(signed_in: SignIn, ada: Person):
    assert '<a href="/me/">Me</a>' in signed_in(ada).get("/").content.decode()
    assert '<a href="/me/" aria-current="page">Me</a>' in signed_in(ada).get("/me/").content.decode()


def test_a_section_that_there_is_not_is_not_there(client: Client):
    assert [client.get(f"/me/{name}/").status_code for name in ("shifts", "nope")] == [200, 404]
