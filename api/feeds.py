"""Who is on call, as a calendar? ``GET /feeds/{token}/{name}.ics``, fetched day and night by calendar clients.

A plain view: no session, no cookies; the token in the address says what is shown. What a client has already is answered
before anything is built.
"""

from datetime import UTC

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from api.problems import problem_response
from rotations.feeds import calendar_of, etag_of, feed_of, links_to_publish
from rotations.secrets import digest_of
from rotations.services.feeds import note_fetch

MEDIA_TYPE = "text/calendar; charset=utf-8"
# For the one who subscribed, and to be asked for again each time: the answer is 304 while nothing has changed.
CACHING = "private, no-cache"


def calendar(request: HttpRequest, token: str, name: str) -> HttpResponse:  # noqa: ARG001 - the name is for people to read
    """Return the calendar of a link; 404 for an unknown token, 410 for a revoked link."""
    if request.method not in {"GET", "HEAD"}:
        return problem_response(405, "method_not_allowed", "Fetch it with GET.", headers={"Allow": "GET, HEAD"})
    link = links_to_publish().filter(token_digest=digest_of(token)).first()
    if link is None:
        return problem_response(404, "not_found", "There is no such calendar.")
    if link.revoked_at is not None:
        return problem_response(410, "revoked", "This calendar link was revoked.")
    now = timezone.now()
    note_fetch(link, client=request.headers.get("User-Agent", ""), now=now)
    feed, today = feed_of(link), now.astimezone(UTC).date()
    etag = etag_of(feed, today=today)
    response = get_conditional_response(request, etag=etag) or _fetched(request, calendar_of(feed, today=today))
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = CACHING
    return response


def _fetched(request: HttpRequest, content: bytes) -> HttpResponse:
    body = b"" if request.method == "HEAD" else content
    return HttpResponse(body, content_type=MEDIA_TYPE, headers={"Content-Length": str(len(content))})
