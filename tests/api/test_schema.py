"""Is the API described, all of it, and can people read the description without leaving this server?"""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from api import codes
from api.urls import V1
from oncall.access.models import ApiToken
from oncall.security import POLICY
from tests.api.callers import described, published

pytestmark = pytest.mark.long

METHODS = ("get", "post", "patch", "delete")


def operations():
    return {
        f"{method} {path}": operation
        for path, item in published()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_the_description_is_valid_openapi(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))

    assert published()["openapi"] == "3.1.0"


def test_every_address_and_method_is_described():
    described = {path.removeprefix("/api/v1/") for path in published()["paths"]}
    served = {re.sub(r"<\w+:(\w+)>", r"{\1}", str(address.pattern)) for address in V1}

    assert described == served - {"schema/"}
    methods = {
        re.sub(r"<\w+:(\w+)>", r"{\1}", str(address.pattern)): {
            method for method in METHODS if hasattr(vars(address.callback)["view_class"], method)
        }
        for address in V1
        if str(address.pattern) != "schema/"
    }
    assert {path: {*published()["paths"][f"/api/v1/{path}"]} for path in methods} == methods


@pytest.mark.parametrize("name", sorted(operations()))
def test_every_operation_is_explained_and_has_examples(name):
    operation = operations()[name]
    answers = operation["responses"]

    assert operation["description"]
    assert {"401", "403", "503"} <= answers.keys()
    for content in [described(answer).get("content", {}) for answer in answers.values()]:
        for media_type, shape in content.items():
            assert media_type == "text/plain" or shape["examples"], media_type
    for shape in operation.get("requestBody", {}).get("content", {}).values():
        assert shape["examples"]


def test_every_code_is_listed_with_its_meaning():
    shapes = published()["components"]["schemas"]

    assert shapes["Problem"]["properties"]["code"]["enum"] == [*codes.CODES]
    assert shapes["Fault"]["properties"]["code"]["enum"] == [*(codes.CODES | codes.FAULTS)]


def test_bearer_tokens_and_sessions_are_ways_in():
    assert {"bearer", "cookieAuth"} == published()["components"]["securitySchemes"].keys()
    assert operations()["get /api/v1/on-call/"]["security"] == [{"bearer": []}, {"cookieAuth": []}]


@pytest.mark.django_db
def test_anybody_reads_the_description():
    assert not ApiToken.objects.exists()

    response = Client().get("/api/v1/schema/", query_params={"format": "json"})

    assert (response.status_code, response.json()["paths"].keys()) == (200, published()["paths"].keys())


@pytest.mark.django_db
def test_the_documentation_comes_from_this_server_and_keeps_to_the_policy():
    page = Client().get("/api/docs/")
    script = Client().get("/api/docs/", query_params={"script": ""})

    text = page.content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert page.headers["Content-Security-Policy"] == POLICY
    assert len(addresses) == 5
    assert [address for address in addresses if not address.startswith("/")] == []
    assert re.findall(r"<script(?![^>]*src)|<style|\sstyle=|\son\w+=", text) == []
    assert script.headers["Content-Type"] == "application/javascript"
    assert "/api/v1/schema/" in script.content.decode()
