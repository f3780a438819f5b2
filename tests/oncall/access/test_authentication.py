"""Who is calling, and may they use this door?"""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from oncall.access.authentication import ServiceAccount, TokenAuthentication, actor_of
from oncall.access.models import ApiToken
from oncall.access.permissions import MayActOnIncidents, MayAdminister, MayChangeSchedules, MayRead
from oncall.access.services.tokens import revoke_token
from rotations.actors import Actor
from rotations.models import ActorKind
from rotations.services.people import deactivate_person
from tests.factories.access import api_token, bearer
from tests.factories.rotations import person

pytestmark = pytest.mark.django_db


class Door(APIView):
    """Answers who knocked."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (MayActOnIncidents,)

    def get(self, request: Request) -> Response:
        return Response({"user": str(request.user)})

    post = get


def knock(authorization=None, method="get", door=Door):
    headers = {"HTTP_AUTHORIZATION": authorization} if authorization is not None else {}
    return door.as_view()(getattr(APIRequestFactory(), method)("/", **headers))


def test_a_service_token_is_a_service_account():
    _, secret = api_token("read", name="Relay")

    response = knock(f"Bearer {secret}")

    assert (response.status_code, response.data) == (200, {"user": "Relay"})


def test_a_personal_token_is_its_person():
    _, secret = api_token("read", person=person("Ada"))

    response = knock(f"Bearer {secret}")

    assert (response.status_code, response.data["user"]) == (200, str(person_named("Ada")))


def person_named(name):
    return ApiToken.objects.get(person__name__startswith=name).person


def test_the_keyword_is_read_in_any_case():
    _, secret = api_token("read")

    assert knock(f"bearer  {secret}").status_code == 200


def expired():
    return api_token(expires_at=timezone.now() - timedelta(seconds=1))[1]


def revoked():
    token, secret = api_token()
    revoke_token(token, by=Actor.system(), now=timezone.now())
    return secret


def of_a_deactivated_person():
    ada = person("Ada")
    _, secret = api_token(person=ada)
    deactivate_person(ada, by=Actor.system(), now=timezone.now())
    return secret


@pytest.mark.parametrize(
    ("secret", "detail"),
    [
        (lambda: "oc_never-issued", "This token is not known."),
        (lambda: "", "This token is not known."),
        (lambda: "oc_é", "This token is not known."),
        (expired, "This token has expired."),
        (revoked, "This token is revoked."),
        (of_a_deactivated_person, "The person this token belongs to is deactivated."),
    ],
)
def test_a_token_that_does_not_work_is_a_401_with_one_code(secret, detail):
    response = knock(f"Bearer {secret()}")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="oncall", error="invalid_token"'
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "code": "invalid_token",
        "detail": detail,
        "errors": [],
    }
    assert not ApiToken.objects.exclude(last_used_at=None).exists()


def test_nobody_is_asked_for_a_token():
    response = knock()

    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="oncall"')


def test_another_scheme_is_left_to_others():
    assert (
        TokenAuthentication().authenticate(Request(APIRequestFactory().get("/", HTTP_AUTHORIZATION="Basic x"))) is None
    )


def test_a_token_that_does_not_work_is_not_helped_by_a_session():
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION="Bearer oc_wrong")
    request.user = person("Ada")

    with pytest.raises(AuthenticationFailed):
        Request(request, authenticators=[TokenAuthentication(), SessionAuthentication()]).user  # noqa: B018


def test_using_a_token_is_noted():
    token, secret = api_token("read")

    knock(f"Bearer {secret}")

    lately = timezone.now() - timedelta(seconds=10)
    assert list(ApiToken.objects.filter(last_used_at__gt=lately)) == [token]


def test_a_session_needs_a_csrf_token_to_write_and_a_bearer_token_needs_none(client):
    ada = person("Ada")
    _, secret = api_token("incidents", person=ada)
    request = APIRequestFactory(enforce_csrf_checks=True).post("/")
    request.user = ada

    assert Door.as_view()(request).status_code == 403
    assert knock(f"Bearer {secret}", "post").status_code == 200


def door_with(permission):
    return type("Room", (Door,), {"permission_classes": (permission,)})


@pytest.mark.parametrize(
    ("scope", "permission", "reads", "writes"),
    [
        ("read", MayRead, 200, 200),
        ("read", MayActOnIncidents, 200, 403),
        ("read", MayChangeSchedules, 200, 403),
        ("read", MayAdminister, 200, 403),
        ("incidents", MayRead, 200, 200),
        ("incidents", MayActOnIncidents, 200, 200),
        ("incidents", MayChangeSchedules, 200, 403),
        ("incidents", MayAdminister, 200, 403),
        ("schedules", MayActOnIncidents, 200, 403),
        ("schedules", MayChangeSchedules, 200, 200),
        ("schedules", MayAdminister, 200, 403),
        ("admin", MayRead, 200, 200),
        ("admin", MayActOnIncidents, 200, 200),
        ("admin", MayChangeSchedules, 200, 200),
        ("admin", MayAdminister, 200, 200),
    ],
)
def test_what_each_scope_opens(scope, permission, reads, writes):
    _, secret = api_token(scope)

    answers = [knock(f"Bearer {secret}", method, door_with(permission)).status_code for method in ("get", "post")]

    assert answers == [reads, writes]


def test_a_missing_scope_is_named():
    _, secret = api_token("read")

    response = knock(f"Bearer {secret}", "post")

    problem = json.loads(response.content)
    assert (problem["code"], problem["detail"]) == ("not_permitted", "This token lacks the scope incidents.")


@pytest.mark.parametrize(("is_superuser", "status"), [(False, 403), (True, 200)])
@pytest.mark.parametrize("with_token", [False, True])
def test_a_person_who_administers_must_be_an_administrator_with_or_without_a_token(is_superuser, status, with_token):
    ada = person("Ada", is_superuser=is_superuser)
    request = APIRequestFactory().post("/")
    if with_token:
        request.META["HTTP_AUTHORIZATION"] = bearer("admin", person=ada)["Authorization"]
    else:
        force_authenticate(request, user=ada)

    assert door_with(MayAdminister).as_view()(request).status_code == status


def asking(*, user, token=None):
    request = Request(APIRequestFactory().get("/"))
    request.user, request.auth = user, token
    return request


def test_a_person_acts_as_themselves_with_a_session_or_a_personal_token():
    ada = person("Ada")
    token, _ = api_token("incidents", person=ada)

    assert actor_of(asking(user=ada)) == Actor.of_person(ada)
    assert actor_of(asking(user=ada, token=token)) == Actor.of_person(ada)


def test_a_service_token_acts_as_itself():
    token, _ = api_token("incidents", name="Relay")

    by = actor_of(asking(user=ServiceAccount(token), token=token))

    assert by == Actor(ActorKind.TOKEN, token.pk, "Relay")


def test_a_service_token_that_names_a_person_says_both():
    ada = person("Ada")
    token, _ = api_token("incidents", name="Relay")

    by = actor_of(asking(user=ServiceAccount(token), token=token), person=ada)

    assert by == Actor(ActorKind.TOKEN, token.pk, f"{ada.name} via token Relay", ada)


def test_a_service_token_of_scope_admin_is_an_administrator():
    token, _ = api_token("admin")

    assert actor_of(asking(user=ServiceAccount(token), token=token)).is_administrator


def test_long_names_still_fit_the_ledger():
    ada = person("Ada")
    ada.name = "A" * 200
    token, _ = api_token("incidents", name="R" * 200)

    assert actor_of(asking(user=ServiceAccount(token), token=token), person=ada).name == "A" * 200
