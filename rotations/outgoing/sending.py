"""How is an address that somebody gave us spoken to, without reaching what stands inside?"""

import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException

from django.conf import settings
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from rotations.outgoing.addresses import endpoints_of
from rotations.outgoing.bodies import body_of
from rotations.outgoing.connections import connection
from rotations.outgoing.limits import USUAL, Deadline, Limits, Unreachable
from rotations.outgoing.targets import Target, redirected, target_of

REDIRECTS = {301, 302, 303, 307, 308}
# With any other redirect the method and the body stay (RFC 9110 section 15.4).
TURNED_INTO_GET = {301, 302, 303}
# What may be told to somebody other than whom the request was meant for: nothing that could be a credential.
SENT_ON = {"accept", "content-type", "if-modified-since", "if-none-match"}
LOOK_UP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; ``headers`` are found in any case, ``url`` is where it came from."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def send(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] = {},
    body: bytes | None = None,
    limits: Limits = USUAL,
) -> Answer:
    """Send a request to ``url``, follow its redirects, and return the answer with its body unpacked.

    Every address of every host on the way is checked, and the connection goes to the one that was checked, so it
    matters not what a name means a moment later. No proxy is used, whatever the environment says. A user and password
    in the URL are sent as RFC 7617 says; like all but the plainest headers they are not sent on to another origin.

    Raises:
        Unreachable: with the reason.
    """
    deadline = Deadline(limits.seconds)
    target, request = target_of(url), _Request(method, headers, body)
    for _ in range(limits.redirects + 1):
        answer = _exchange(target, request, deadline=deadline, most=limits.bytes)
        location = answer.headers.get("Location")
        if answer.status not in REDIRECTS or location is None:
            return answer
        following = redirected(target, location)
        request = _followed(request, answer.status, is_same=following.origin == target.origin)
        target = following
    raise Unreachable("too_many_redirects", f"{target.host} is one redirect too many.")


def check(url: str) -> None:
    """Let pass what :func:`send` would speak to now; for whoever types in a URL. A name is looked up, nothing is sent.

    Raises:
        Unreachable: ``invalid_url``, ``forbidden_address``; ``unreachable``, ``timed_out`` for its name.
    """
    target = target_of(url)
    endpoints_of(target.host, target.port, deadline=Deadline(LOOK_UP_SECONDS))


def host_of(url: str) -> str:
    """Return the host of ``url``: as much of it as may be shown.

    Raises:
        Unreachable: ``invalid_url``.
    """
    return target_of(url).host


def _exchange(target: Target, request: _Request, *, deadline: Deadline, most: int) -> Answer:
    endpoints = endpoints_of(target.host, target.port, deadline=deadline)
    try:
        with connection(target, endpoints, deadline=deadline) as sock:
            speaking = HTTPConnection(target.host, target.port, timeout=deadline.left())
            speaking.sock = sock  # and so it makes no connection itself
            headers = {"User-Agent": settings.USER_AGENT, **request.headers, **_own_headers(target)}
            speaking.request(request.method, target.path, request.body, headers, preload_content=False)
            with closing(speaking.getresponse()) as response:
                # The body of a redirect is for people.
                content = b"" if response.status in REDIRECTS else body_of(response, most=most)
        # The end of a body without a length looks the same as a connection that was cut.
        deadline.left()
        return Answer(response.status, response.headers, content, target.url)
    except ssl.SSLCertVerificationError as problem:
        raise Unreachable("unreachable", f"{target.host} shows no certificate that is trusted for it.") from problem
    except (OSError, HTTPError, HTTPException) as problem:
        deadline.left()
        raise Unreachable("unreachable", f"{target.host} gave no answer that can be read.") from problem


def _own_headers(target: Target) -> dict[str, str]:
    fixed = {"Host": target.authority, "Accept-Encoding": "gzip", "Connection": "close"}
    return fixed | ({"Authorization": target.authorization} if target.authorization else {})


def _followed(request: _Request, status: int, *, is_same: bool) -> _Request:
    headers = {name: value for name, value in request.headers.items() if is_same or name.lower() in SENT_ON}
    if status not in TURNED_INTO_GET or request.method in {"GET", "HEAD"}:
        return _Request(request.method, headers, request.body)
    headers = {name: value for name, value in headers.items() if not name.lower().startswith("content-")}
    return _Request("GET", headers, None)
