"""What does a caller hear when something is refused or fails? ``application/problem+json`` (RFC 9457), made here."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypedDict

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults
from rest_framework import exceptions

from api.codes import CODES
from api.rendering import as_json
from rotations.errors import Conflict, Invalid, NotPermitted, NotThere, Refusal

CONTENT_TYPE = "application/problem+json"
FOR_PROGRAMS = ("/api/", "/hooks/", "/feeds/")
RETRY_AFTER_SECONDS = 5
# Python's own phrases changed between the versions we run on.
TITLES = {413: "Content Too Large"}
REFUSED_WITH: dict[type[Refusal], int] = {Invalid: 400, NotPermitted: 403, NotThere: 404, Conflict: 409}
# What REST framework calls by another name than we publish.
OUR_NAMES = {"permission_denied": "not_permitted", "parse_error": "invalid"}
# Where the violation of a rule about several fields is told: at the one that its sender would change.
PLACES = {
    "end_before_start": "end",
    "member_twice": "slots",
    "people_do_not_fit_kind": "kind",
    "replaces_themselves": "person",
}


class Fault(TypedDict):
    """One thing wrong with the input. ``pointer`` is a JSON pointer (RFC 6901) into it, empty for the whole."""

    pointer: str
    code: str
    detail: str


class TooLarge(exceptions.APIException):
    """The body is larger than is read."""

    status_code = 413
    default_code = "too_large"
    default_detail = "The body is larger than 512 KiB."


class StaleVersion(exceptions.APIException):
    """``If-Match`` names another version than the one that is there now."""

    status_code = 412
    default_code = "stale_version"
    default_detail = "This was changed since you read it. Read it again, then repeat the change."


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Return the answer for a problem; also for views outside REST framework.

    ``extra`` is added to the body and may hold instants and people.
    """
    body = {
        "type": "about:blank",
        "title": TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": list(errors),
    }
    return HttpResponse(as_json({**(extra or {}), **body}), status=status, content_type=CONTENT_TYPE, headers=headers)


def exception_handler(error: Exception, _context: Mapping[str, Any] | None = None) -> HttpResponse | None:
    """Translate what services, forms, REST framework and the database raise; None lets a bug surface as a 500."""
    match _as_rest_framework_says(error):
        case Refusal() as refusal:
            return _refused(refusal)
        case ModelValidationError() as invalid:
            return _invalid([*_faults_of_model(invalid)])
        case exceptions.ValidationError() as invalid:
            return _invalid([*_faults(invalid.detail)])
        case exceptions.APIException() as refused:
            return _api_exception(refused)
        case OperationalError() | InterfaceError():
            return database_away()
        case _:
            return None


def _as_rest_framework_says(error: Exception) -> Exception:
    match error:
        case Http404():
            return exceptions.NotFound("Nothing is here.")
        case PermissionDenied():
            return exceptions.PermissionDenied(str(error) or "You may not do this.")
        case RequestDataTooBig():
            return TooLarge()
        case _:
            return error


def database_away() -> HttpResponse:
    """Return the answer that makes senders which retry do so."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return problem_response(503, "unavailable", "The database is away; try again in a moment.", headers=headers)


def _refused(refusal: Refusal) -> HttpResponse:
    errors: list[Fault] = []
    if refusal.field is not None:
        errors.append({"pointer": _pointer(refusal.field), "code": refusal.code, "detail": refusal.detail})
    if errors and isinstance(refusal, Invalid):
        return _invalid(errors)
    status = next(status for kind, status in REFUSED_WITH.items() if isinstance(refusal, kind))
    return problem_response(status, refusal.code, refusal.detail, errors=errors, extra=refusal.extra)


def _pointer(field: str) -> str:
    return "/" + field.strip("/").replace(".", "/")


def _invalid(faults: Sequence[Fault]) -> HttpResponse:
    """Name the problem after its faults, where all are of one published kind."""
    codes = {fault["code"] for fault in faults}
    code = next(iter(codes)) if len(codes) == 1 and codes <= CODES.keys() else "invalid"
    detail = faults[0]["detail"] if len(faults) == 1 else "Several things are wrong with the input."
    return problem_response(400, code, detail, errors=faults)


def _faults(detail: object, pointer: str = "") -> Iterator[Fault]:
    if isinstance(detail, exceptions.ErrorDetail):
        yield {"pointer": pointer, "code": detail.code or "invalid", "detail": str(detail)}
    elif isinstance(detail, dict):
        for key, inner in detail.items():
            yield from _faults(inner, pointer if key == "non_field_errors" else f"{pointer}/{key}")
    elif isinstance(detail, list) and all(isinstance(inner, exceptions.ErrorDetail) for inner in detail):
        for inner in detail:
            yield from _faults(inner, pointer)
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            yield from _faults(inner, f"{pointer}/{position}")


def by_place(error: ModelValidationError) -> dict[str, list[ModelValidationError]]:
    """Return what a model refuses by the field at which it is told; by the empty name what is wrong with the whole."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    placed: dict[str, list[ModelValidationError]] = {}
    for field, found in by_field.items():
        for one in found:
            place = PLACES.get(one.code or "", "") if field == NON_FIELD_ERRORS else field
            placed.setdefault(place, []).append(one)
    return placed


def _faults_of_model(error: ModelValidationError) -> Iterator[Fault]:
    for place, found in by_place(error).items():
        for one in found:
            pointer = _pointer(place) if place else ""
            yield {"pointer": pointer, "code": one.code or "invalid", "detail": " ".join(one.messages)}


def _api_exception(error: exceptions.APIException) -> HttpResponse:
    headers = {}
    # RFC 9110, section 11.6.1: a 401 says how to authenticate.
    challenge = getattr(error, "auth_header", None) or ("Bearer" if error.status_code == 401 else None)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    detail = error.detail
    code = str(getattr(detail, "code", error.default_code))
    return problem_response(error.status_code, OUR_NAMES.get(code, code), str(detail), headers=headers)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler404``: JSON where programs ask, the usual page elsewhere."""
    if request.path.startswith(FOR_PROGRAMS):
        return problem_response(404, "not_found", "Nothing is here.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``: JSON where programs ask, a page elsewhere. What happened is in the log.

    A database that is away is no fault of ours, and whoever asks may try again: 503, whatever they asked for.
    """
    is_away = isinstance(sys.exception(), OperationalError | InterfaceError)
    if request.path.startswith(FOR_PROGRAMS):
        broken = "Something went wrong here; it has been logged."
        return database_away() if is_away else problem_response(500, "internal_error", broken)
    if is_away:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return HttpResponse(loader.render_to_string("503.html"), status=503, headers=headers)
    return defaults.server_error(request)
