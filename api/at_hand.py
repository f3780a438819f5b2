"""Which answers about now does this process have at hand, as bytes? What scripts and dashboards ask again and again.

Who is on call changes a few times a day and is asked for many times a second. Of such a request, REST framework, the
queries' construction and the serialising take nine tenths, and come to the same bytes each time. Here one statement
asks what could make them other bytes: whether the token still works, and whether any schedule was written to (every
write that can change an answer raises a revision). If neither, and nothing changes by itself meanwhile, the bytes of
last time are the answer; in every other case the view answers as ever. So no refusal is made here, and none missed.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any, Final, NamedTuple

from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.problems import database_away
from api.rendering import as_json
from oncall.access.authentication import bearer_of
from oncall.access.services.tokens import USE_IS_NOTED_EVERY
from rotations.secrets import digest_of

MOST_BYTES: Final = 32 * 1024 * 1024
# What was asked once or twice may never be asked again.
KEPT_AT: Final = 3
MOST_COUNTED: Final = 10_000
# What else may be asked for depends on more than revisions: teams, people and the past.
PARAMETERS: Final = frozenset({"schedule", "format"})

# By hand, since building it from models takes as long as all the rest. No row where the token does not work, or its
# use is due to be noted. Revisions only rise and no id is given twice: after a write, the three figures are new.
STATE: Final = """
    SELECT CAST(token.scopes AS text), schedules.number, schedules.latest, schedules.revisions
    FROM access_apitoken token
    LEFT JOIN rotations_person person ON person.id = token.person_id
    CROSS JOIN (
        SELECT COUNT(*) AS number, MAX(id) AS latest, SUM(revision) AS revisions FROM rotations_schedule
    ) schedules
    WHERE token.token_digest = %s AND token.revoked_at IS NULL
    AND (token.expires_at IS NULL OR token.expires_at > %s) AND token.last_used_at > %s
    AND (token.person_id IS NULL OR person.is_active)
"""

State = tuple[Any, ...]
Question = tuple[str, str, str]
"""The path, the query and the media types that are accepted."""


class Kept(NamedTuple):
    """An answer that is right in ``state``, from ``since`` until ``until``; ``rest`` is what follows its moment."""

    state: State
    since: datetime
    until: datetime
    tells_moment: bool
    rest: bytes
    headers: Mapping[str, str]

    def at(self, moment: datetime) -> HttpResponse:
        """Return the answer as it is at ``moment``."""
        begin = _beginning(moment) if self.tells_moment else b""
        return HttpResponse(begin + self.rest, headers=self.headers)


_kept: Final[OrderedDict[Question, Kept]] = OrderedDict()
_asked: Final[dict[Question, int]] = {}
_lock: Final = Lock()


class AtHand(Endpoint):
    """An address whose answers about now are kept. ``holds_until`` is set by a view that tells when they change."""

    holds_until: datetime | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        secret = bearer_of(request)
        if request.method != "GET" or secret is None or not request.GET.keys() <= PARAMETERS:
            return super().dispatch(request, *args, **kwargs)
        question = (request.path, request.META.get("QUERY_STRING", ""), request.headers.get("Accept", ""))
        if not _is_asked_often(question):
            return super().dispatch(request, *args, **kwargs)
        now, digest = timezone.now(), digest_of(secret)
        try:
            state = _state(digest, now=now)
        except (OperationalError, InterfaceError):
            return database_away()
        kept = _kept.get(question)
        if kept is not None and kept.state == state and kept.since <= now < kept.until:
            return kept.at(now)
        response = super().dispatch(request, *args, **kwargs)
        if state is not None and response.status_code == 200 and isinstance(response, Response):
            self._keep(question, response.render(), state=state, digest=digest)
        return response

    def _keep(self, question: Question, response: Response, *, state: State, digest: str) -> None:
        """Keep what was answered, unless anything was written meanwhile: then it may be half of it."""
        if self.holds_until is None or _state(digest, now=self.now) != state:
            return
        begin, content = _beginning(self.now), response.content
        tells_moment = content.startswith(begin)
        rest = content[len(begin) :] if tells_moment else content
        kept = Kept(state, self.now, self.holds_until, tells_moment, rest, dict(response.headers))
        # On commit, as plans are: what this transaction has written it may yet take back.
        transaction.on_commit(partial(_remember, question, kept))


def forget() -> None:
    """Forget every answer, and what was asked for."""
    with _lock:
        _kept.clear()
        _asked.clear()


def _is_asked_often(question: Question) -> bool:
    count = _asked.get(question, 0) + 1
    if count < KEPT_AT:
        with _lock:
            if len(_asked) >= MOST_COUNTED:
                _asked.clear()
            _asked[question] = count
    return count >= KEPT_AT


def _state(digest: str, *, now: datetime) -> State | None:
    """Return all that an answer depends on besides the moment, None where the view must look at the token itself."""
    moments = [connection.ops.adapt_datetimefield_value(moment) for moment in (now, now - USE_IS_NOTED_EVERY)]
    with connection.cursor() as cursor:
        cursor.execute(STATE, [digest, *moments])
        row: State | None = cursor.fetchone()
    return row


def _beginning(moment: datetime) -> bytes:
    return as_json({"at": moment})[:-1]


def _remember(question: Question, kept: Kept) -> None:
    with _lock:
        _kept.pop(question, None)
        _kept[question] = kept
        while sum(len(each.rest) for each in _kept.values()) > MOST_BYTES:
            _kept.popitem(last=False)
