"""How do lists go out? In one envelope: whole where people configure them, by cursor where they grow."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import fault
from api.schema import shown
from api.shapes import Parameters

Row = TypeVar("Row", bound=Model)

PAGE = 50
LARGEST_PAGE = 200


class PageParameters(Parameters):
    """Where in a list that grows, and how much of it."""

    cursor = serializers.CharField(required=False, help_text="As `next` and `previous` have it.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_PAGE, help_text="50 if not given.")


class _Cursor(CursorPagination):
    page_size = PAGE
    page_size_query_param = "limit"
    max_page_size = LARGEST_PAGE

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(queryset.query.order_by)


def whole(rows: Iterable[object]) -> Response:
    """Return all of a list that people configure, in the envelope."""
    return Response({"next": None, "previous": None, "results": list(rows)})


def page(request: Request, rows: "QuerySet[Row]", *, render: Callable[[Sequence[Row]], Sequence[object]]) -> Response:
    """Return one page of ``rows``, which are ordered by a unique column.

    ``render`` turns the rows of the page into what is shown, in a fixed number of queries.

    Raises:
        ValidationError: the cursor is not one of ours.
    """
    cursor = _Cursor()
    try:
        found = cursor.paginate_queryset(rows, request)
    except NotFound as error:
        raise fault("invalid", "This cursor is not one of ours.", at="cursor") from error
    return cursor.get_paginated_response(render(found or []))


def listing(shape: type[serializers.Serializer[Any]], example: object) -> type[serializers.Serializer[Any]]:
    """Return the envelope around ``shape``, as the schema describes it."""
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": shape(many=True),
    }
    envelope = type(f"{shape.__name__.removesuffix('Shape')}List", (serializers.Serializer,), fields)
    return shown({"next": None, "previous": None, "results": [example]})(envelope)  # type: ignore[no-any-return]
