"""Who is on call, as a calendar? ``GET /feeds/{token}/{name}.ics``, fetched day and night by calendar clients.

A plain view: no session, no cookies; the token in the address says what is shown. What a client has already is answered
before anything is built. The same as data is at ``{name}.json``.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt

from api.problems import problem_response
from api.rendered import rendered
from api.rendering import as_json
from rotations.feeds import Entry, Feed, calendar_of, entries_of, etag_of, feed_of, links_to_publish
from rotations.models import CalendarLink
from rotations.secrets import digest_of
from rotations.services.feeds import note_fetch

MINUTE: Final = 60
ACCEPTS_GZIP: Final = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
HEADERS: Final = {
    # For the one who subscribed, and to be asked for again each time: the answer is 304 while nothing has changed.
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Encoding",
    "X-Robots-Tag": "noindex",
}


@csrf_exempt  # it refuses whatever would change something, and says so itself
def calendar(request: HttpRequest, token: str, name: str) -> HttpResponse:  # noqa: ARG001 - the name is for people to read
    """Return the calendar of a link; 404 for an unknown token, 410 for a revoked link, 429 for too many fetches."""
    return _answered(request, token, kind="ics")


@csrf_exempt
def calendar_as_data(request: HttpRequest, token: str, name: str) -> HttpResponse:  # noqa: ARG001 - as above
    """Return what the calendar of a link shows, as JSON."""
    return _answered(request, token, kind="json")


def data_of(feed: Feed, *, today: date) -> bytes:
    """Return the JSON twin of the calendar of ``today``. No e-mail address: whoever has the address may read it."""
    midnight, link = datetime.combine(today, time(), UTC), feed.link
    body = {
        "name": feed.title,
        "zone": str(feed.zone),
        "from": midnight - timedelta(link.past_days),
        "until": midnight + timedelta(link.future_days),
        "events": [_event(entry) for entry in entries_of(feed, today=today)],
    }
    return as_json(body)


def _event(entry: Entry) -> dict[str, object]:
    person = entry.person
    return {
        "uid": entry.uid,
        "kind": "shift" if person else "gap",
        "schedule": entry.schedule.slug,
        "person": {"id": person.pk, "name": person.name} if person else None,
        "start": entry.start,
        "end": entry.end,
        "summary": entry.summary,
    }


MADE: Final = {
    "ics": ("text/calendar; charset=utf-8", calendar_of),
    "json": ("application/json", data_of),
}


def _answered(request: HttpRequest, token: str, *, kind: str) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        return problem_response(405, "method_not_allowed", "Fetch it with GET.", headers={"Allow": "GET, HEAD"})
    link, now = next(iter(links_to_publish().filter(token_digest=digest_of(token))), None), timezone.now()
    if link is None:
        response = problem_response(404, "not_found", "There is no such calendar.")
    elif link.revoked_at is not None:
        response = problem_response(410, "revoked", "This calendar link was revoked.")
    elif wait := _seconds_to_wait(link, now=now):
        detail = "This calendar is fetched too often."
        response = problem_response(429, "throttled", detail, headers={"Retry-After": str(wait)})
    else:
        note_fetch(link, client=request.headers.get("User-Agent", ""), now=now)
        response = _published(request, link, kind=kind, today=now.astimezone(UTC).date())
    for header, value in HEADERS.items():
        response.headers[header] = value
    return response


def _seconds_to_wait(link: CalendarLink, *, now: datetime) -> int:
    """Count fetches by the minute, in this process; return 0 while there are not too many."""
    seconds = int(now.timestamp())
    counter = f"feeds:{link.pk}:{seconds // MINUTE}"
    cache.add(counter, 0, timeout=2 * MINUTE)
    return MINUTE - seconds % MINUTE if cache.incr(counter) > settings.FEED_FETCHES_A_MINUTE else 0


def _published(request: HttpRequest, link: CalendarLink, *, kind: str, today: date) -> HttpResponse:
    feed = feed_of(link)
    tag = etag_of(feed, today=today, kind=kind)
    zipped = ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")) is not None
    # A strong tag names bytes: the compressed ones are others.
    etag = f'{tag[:-1]}-gzip"' if zipped else tag
    response = get_conditional_response(request, etag=etag)
    if response is None:
        media_type, make = MADE[kind]
        found = rendered(tag, partial(make, feed, today=today))
        response = _fetched(request, found.gzipped if zipped else found.plain, media_type)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = etag
    return response


def _fetched(request: HttpRequest, content: bytes, media_type: str) -> HttpResponse:
    body = b"" if request.method == "HEAD" else content
    return HttpResponse(body, content_type=media_type, headers={"Content-Length": str(len(content))})
