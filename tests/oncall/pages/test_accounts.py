"""How do people sign in, out, and change their password?"""

import pytest
from django.test import Client
from django.utils import timezone

from oncall.pages.views.accounts import SignInForm
from rotations.actors import Actor
from rotations.services.people import deactivate_person
from tests.factories.rotations import PASSWORD, person
from tests.oncall.pages.conftest import SignIn
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("email", ["ada@example.test", "Ada@Example.TEST "])
def test_signing_in_leads_to_the_board_however_the_address_is_written(client: Client, email: str):
    person("Ada", password=PASSWORD)

    response = client.post("/accounts/login/", {"username": email, "password": PASSWORD})

    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert "Board" in lines_of(client.get("/"))


@pytest.mark.parametrize(
    ("wished", "lands_at"),
    [("/incidents/7/", "/incidents/7/"), ("https://elsewhere.example/", "/"), ("//elsewhere.example/", "/")],
)
def test_signing_in_leads_on_to_where_one_wanted_to_be_but_never_elsewhere(client: Client, wished: str, lands_at: str):
    person("Ada", password=PASSWORD)

    response = client.post("/accounts/login/", {"username": "ada@example.test", "password": PASSWORD, "next": wished})

    assert response.headers["Location"] == lands_at


@pytest.mark.parametrize(("email", "password"), [("ada@example.test", "wrong"), ("nobody@example.test", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: Client, email: str, password: str):
    person("Ada", password=PASSWORD)

    response = client.post("/accounts/login/", {"username": email, "password": password})

    assert lines_of(response)[2] == (
        "Please enter a correct e-mail and password. Note that both fields may be case-sensitive."
    )
    assert "_auth_user_id" not in client.session


def test_somebody_deactivated_cannot_sign_in(client: Client):
    ada = person("Ada", password=PASSWORD)
    deactivate_person(ada, by=Actor.system(), now=timezone.now())

    client.post("/accounts/login/", {"username": ada.email, "password": PASSWORD})

    assert "_auth_user_id" not in client.session


def test_somebody_signed_in_who_is_deactivated_is_out_at_once(signed_in: SignIn):
    ada = person("Ada")
    client = signed_in(ada)
    deactivate_person(ada, by=Actor.system(), now=timezone.now())

    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


def test_whoever_is_signed_in_already_is_sent_on(signed_in: SignIn):
    assert signed_in(person()).get("/accounts/login/").headers["Location"] == "/"


def test_signing_out_takes_a_press_and_not_a_link(signed_in: SignIn):
    client = signed_in(person())

    assert client.get("/accounts/logout/").status_code == 405
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/").headers["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_a_changed_password_is_the_one_to_sign_in_with(signed_in: SignIn):
    ada = person("Ada", password=PASSWORD)
    client = signed_in(ada)
    new = "an entirely different staple"

    response = client.post(
        "/accounts/password/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
        follow=True,
    )

    assert response.redirect_chain == [("/", 302)]
    assert lines_of(response)[0] == "Your password is changed."
    ada.refresh_from_db()
    assert (ada.check_password(new), ada.check_password(PASSWORD)) == (True, False)


def test_a_password_that_is_not_changed_says_why(signed_in: SignIn):
    ada = person("Ada", password=PASSWORD)

    response = signed_in(ada).post(
        "/accounts/password/", {"old_password": "wrong", "new_password1": "12345", "new_password2": "12345"}
    )

    told = lines_of(response)
    assert "Your old password was entered incorrectly. Please enter it again." in told
    assert "This password is too short. It must contain at least 8 characters." in told
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_the_password_page_is_for_people_who_signed_in(client: Client):
    assert client.get("/accounts/password/").headers["Location"] == "/accounts/login/?next=/accounts/password/"


def test_the_sign_in_form_asks_for_an_address():
    assert 'type="email"' in str(SignInForm()["username"])
