"""How does a calendar take up an address, and can it reach this installation at all?"""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import quote, urlencode, urlsplit

from rotations.models import CalendarLink
from rotations.queries.calendar_links import address_of

# Reserved for what no public name server answers (RFC 6761, RFC 6762, RFC 8375 and the IANA's list).
NOWHERE = (
    "localhost",
    "local",
    "internal",
    "lan",
    "home.arpa",
    "test",
    "example",
    "invalid",
    "intranet",
    "corp",
    "home",
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Who can fetch from ``host``: calendars in the cloud need a public name, and none likes plain HTTP."""

    host: str
    is_public: bool
    is_encrypted: bool


@dataclass(frozen=True, slots=True)
class Subscription:
    """A link with its address, which is shown once, and where each calendar asks whether to subscribe to it."""

    link: CalendarLink
    https: str
    webcal: str
    google: str
    outlook: str
    outlook_personal: str

    @classmethod
    def to(cls, link: CalendarLink, token: str) -> Self:
        """Return the ways to ``link``."""
        address = address_of(link, token)
        webcal = f"webcal://{address.partition('://')[2]}"
        web = urlencode({"url": address, "name": link.name}, quote_via=quote)
        return cls(
            link=link,
            https=address,
            webcal=webcal,
            # Google takes the address by this scheme, and refuses it by https.
            google=f"https://calendar.google.com/calendar/render?{urlencode({'cid': webcal})}",
            outlook=f"https://outlook.office.com/calendar/0/addfromweb?{web}",
            outlook_personal=f"https://outlook.live.com/calendar/0/addfromweb?{web}",
        )


def reach_of(public_url: str) -> Reach:
    """Return who can fetch from ``public_url``, judged by its name alone."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    return Reach(host, _is_public(host), parts.scheme == "https")


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        # A name of one word is known at most in its own network.
        return "." in host and not any(host == name or host.endswith(f".{name}") for name in NOWHERE)
