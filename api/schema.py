"""How is the API described to machines? OpenAPI 3.1, with every problem an operation may answer with."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction, OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from api import codes
from api.problems import CONTENT_TYPE, TITLES


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema of our tokens."""

    target_class = "oncall.access.authentication.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "description": "A token such as oc_…, made in the admin."}


class FaultShape(serializers.Serializer[Any]):
    """One thing wrong with the input."""

    pointer = serializers.CharField(help_text="A JSON pointer into the body, or `/` and the name of a parameter.")
    code = serializers.ChoiceField(choices=list((codes.CODES | codes.FAULTS).items()))
    detail = serializers.CharField()


class ProblemShape(serializers.Serializer[Any]):
    """Problem details (RFC 9457). Further members depend on the code."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.ChoiceField(choices=list(codes.CODES.items()))
    detail = serializers.CharField()
    errors = FaultShape(many=True)  # type: ignore[assignment]


# What the documentation shows for each status.
EXAMPLES: dict[int, tuple[str, str]] = {
    400: ("invalid", "This time has no offset; add one, such as Z or +01:00."),
    401: ("invalid_token", "This token has expired."),
    403: ("not_permitted", "Only managers of Payments and administrators may do this."),
    404: ("not_found", "Nothing is here."),
    409: ("role_taken", "Ada Okafor leads this incident since 03:02Z."),
    412: ("stale_version", "This was changed since you read it. Read it again, then repeat the change."),
    413: ("too_large", "The body is larger than 512 KiB."),
    415: ("unsupported_media_type", 'Unsupported media type "text/plain" in request.'),
    503: ("unavailable", "The database is away; try again in a moment."),
}


class Operation(AutoSchema):
    """One method of one address; the problems it may answer with follow from the two."""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_serializer_name(self, serializer: Any, direction: Direction) -> str:
        return str(super().get_serializer_name(serializer, direction)).removesuffix("Shape")

    def get_operation_id(self) -> str:
        words = re.findall(r"[\w-]+", self.path.removeprefix("/api/v1/"))
        return "_".join([self.method.lower(), *words]).replace("-", "_")

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        return bodies | {str(status): self._problem(status) for status in self._problem_statuses()}

    def _problem(self, status: int) -> dict[str, Any]:
        """Return a reference to what is the same wherever an operation answers ``status``."""
        shape = self.resolve_serializer(ProblemShape, "response").ref
        content = {CONTENT_TYPE: {"schema": shape, "examples": _example(status)}}
        response = {"description": _title(status), "content": content}
        name = _title(status).title().replace(" ", "")
        component = ResolvedComponent(name, "responses", response, name)  # type: ignore[no-untyped-call]
        self.registry.register_on_missing(component)
        reference: dict[str, Any] = component.ref
        return reference

    def _problem_statuses(self) -> Sequence[int]:
        view: Any = self.view
        statuses = {400, 401, 403, 503, *view.also_answers}
        if "{" in self.path:
            statuses |= {404}
        if self.method in {"POST", "PATCH"}:
            statuses |= {409, 413, 415}
        if self.method in {"PATCH", "DELETE"}:
            statuses |= {409, 412}
        return sorted(statuses)


def _title(status: int) -> str:
    return TITLES.get(status) or HTTPStatus(status).phrase


def _example(status: int) -> dict[str, Any]:
    code, detail = EXAMPLES[status]
    value = {"type": "about:blank", "title": _title(status), "status": status, "code": code, "detail": detail}
    return {code: {"value": value | {"errors": []}}}


def shown(answer: object = None, *, body: object = None) -> Any:
    """Decorate a shape with the examples that its operations show, of answers and of bodies."""
    examples = []
    if answer is not None:
        examples.append(OpenApiExample("Answer", value=answer, response_only=True))
    if body is not None:
        examples.append(OpenApiExample("Body", value=body, request_only=True))
    return extend_schema_serializer(examples=examples)
