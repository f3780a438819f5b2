"""Has it changed since the caller read it? ``ETag`` out, ``If-Match`` and ``If-None-Match`` in (RFC 9110)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import StaleVersion
from api.rendering import as_json
from rotations.services.changes import hold_people


def etag_of(content: object) -> str:
    """Return a tag that is equal exactly where the answer is."""
    return f'"{hashlib.sha256(as_json(content)).hexdigest()[:32]}"'


def tagged(
    request: Request, content: object, *, edited: object = None, status: int = 200, location: str = ""
) -> Response:
    """Return ``content`` with its ``ETag``; 304 and nothing where a reader has it already.

    ``edited`` is the part that people edit, where the rest changes by itself: then the tag is of that part, so that
    nobody's edit is stale because of the rest, and no reader is told that nothing changed.
    """
    tag = etag_of(content if edited is None else edited)
    headers = {"ETag": tag} | ({"Location": location} if location else {})
    if edited is None and request.method in {"GET", "HEAD"} and _names(request, "If-None-Match", tag):
        return Response(status=304, headers=headers)
    return Response(content, status=status, headers=headers)


@contextmanager
def unless_stale(
    request: Request, *, root: "QuerySet[Any]", current: Callable[[], object], people: Iterable[int] = ()
) -> Iterator[None]:
    """Let a change happen only while ``If-Match``, where one is given, names what ``current`` returns.

    ``root`` is the row that the service locks (a schedule, an incident), and ``people`` whom it locks before: held
    here first, in the same order, so that nothing changes between the look and the change. They are held without
    ``If-Match``, too: of two who change different fields at once, both are heard.

    Raises:
        StaleVersion: somebody was faster; nothing was changed.
    """
    with transaction.atomic():
        hold_people(people)
        list(root.select_for_update(no_key=True).order_by())
        if request.headers.get("If-Match") and not _names(request, "If-Match", etag_of(current())):
            raise StaleVersion
        yield


def _names(request: Request, header: str, tag: str) -> bool:
    # Proxies that compress mark tags as weak; the content is the same, so they count.
    tags = [given.removeprefix("W/") for given in parse_etags(request.headers.get(header, ""))]
    return tags == ["*"] or tag in tags
