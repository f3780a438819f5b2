"""What does a URL that somebody gave us ask for?"""

from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from rotations.outgoing.limits import Unreachable

PORTS = {"http": 80, "https": 443}
# As RFC 3986 allows them in a path and a query, and what is escaped already.
LEFT_ALONE = "%/:?#[]@!$&'()*+,;=-._~"
LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Target:
    """One place to send a request to; ``host`` is what is looked up, shown in a certificate, and named in ``Host``."""

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)
    authorization: str = field(default="", repr=False)

    @property
    def origin(self) -> tuple[str, str, int]:
        """Whom a credential is for."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The value of the header ``Host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL without its user and password."""
        return f"{self.scheme}://{self.authority}{self.path}"


def target_of(url: str) -> Target:
    """Read ``url``.

    Raises:
        Unreachable: ``invalid_url``.
    """
    parts, port = _parts(url)
    if parts.scheme not in PORTS:
        raise Unreachable("invalid_url", "Only addresses that start with https:// or http:// are spoken to.")
    path = quote(parts.path or "/", safe=LEFT_ALONE)
    return Target(
        scheme=parts.scheme,
        host=_host(parts),
        port=port or PORTS[parts.scheme],
        path=f"{path}?{quote(parts.query, safe=LEFT_ALONE)}" if parts.query else path,
        authorization=_authorization(parts),
    )


def redirected(target: Target, location: str) -> Target:
    """Return where an answer from ``target`` sends on to. The user and password stay with whom they are for.

    Raises:
        Unreachable: ``invalid_url``.
    """
    try:
        url = urljoin(target.url, location)
    except ValueError as problem:
        raise Unreachable("invalid_url", f"{target.host} redirects to what is no URL.") from problem
    following = target_of(url)
    if following.origin != target.origin or following.authorization:
        return following
    return Target(following.scheme, following.host, following.port, following.path, target.authorization)


def _parts(url: str) -> tuple[SplitResult, int | None]:
    # urlsplit leaves out line breaks and tabs without a word, and would show another URL than was checked.
    if len(url) > LONGEST or not url.isprintable() or set(url) & set(" \\"):
        raise Unreachable("invalid_url", "This is no URL: it is too long, or has spaces or characters that none has.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise Unreachable("invalid_url", "This is no URL.") from problem
    if port == 0:
        raise Unreachable("invalid_url", "There is no port 0.")
    return parts, port


def _host(parts: SplitResult) -> str:
    # With a dot at its end it is the same name, but in no certificate.
    host = (parts.hostname or "").removesuffix(".")
    try:
        # IDNA also bounds the length of a name and of its parts.
        host = host if host.isascii() and ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as problem:
        raise Unreachable("invalid_url", "This URL names no host that there can be.") from problem
    if not host:
        raise Unreachable("invalid_url", "This URL names no host.")
    return host


def _authorization(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + b64encode(pair.encode()).decode("ascii")
