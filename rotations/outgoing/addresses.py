"""Which addresses may a server speak to because somebody typed in a name?

Only such as everybody can reach: what stands inside (this machine, the operator's network, a cloud's metadata) trusts
whoever is inside, and a name that a stranger controls may point there. The operator names exceptions.
"""

import queue
import socket
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings

from rotations.outgoing.limits import Deadline, Unreachable

Address = IPv4Address | IPv6Address

# IANA's special-purpose registry for IPv4 (RFC 6890 and what followed it), and multicast. Listed here, because what
# ``ipaddress`` calls private differs between the patch releases of Python.
INSIDE_IPV4 = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
GLOBAL_IPV6 = IPv6Network("2000::/3")
# What is special within it (RFC 9637 the last): protocol assignments with Teredo, documentation, 6to4. The addresses of
# Teredo and 6to4 carry one of IPv4 and end in a tunnel to it; nobody publishes anything there any more.
INSIDE_IPV6 = tuple(ip_network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
# RFC 6052: where IPv4 is reached by translation only, every address of it comes in this form.
TRANSLATED = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that was checked, in the form in which the socket takes it: no name is asked for again."""

    family: int
    place: tuple[str, int] | tuple[str, int, int, int]


def endpoints_of(host: str, port: int, *, deadline: Deadline) -> tuple[Endpoint, ...]:
    """Return every address of ``host``, in the order of the system's preference; all may be spoken to.

    Raises:
        Unreachable: ``forbidden_address`` if a single one stands inside; ``unreachable`` without any; ``timed_out``.
    """
    found = _resolved(host, port, deadline=deadline)
    for endpoint in found:
        if is_inside(ip_address(endpoint.place[0].partition("%")[0])):
            raise Unreachable("forbidden_address", f"{host} leads inside the network of this installation.")
    return found


def is_inside(address: Address) -> bool:
    """Tell whether ``address`` is kept from strangers: no public one, and in no network that the operator allows."""
    meant = _meant(address)
    if any(each in network for network in settings.ALLOWED_OUTGOING_NETWORKS for each in (address, meant)):
        return False
    if isinstance(meant, IPv4Address):
        return any(meant in network for network in INSIDE_IPV4)
    return meant not in GLOBAL_IPV6 or any(meant in network for network in INSIDE_IPV6)


def _meant(address: Address) -> Address:
    """Return the address of IPv4 that packets to ``address`` arrive at, where it is one in disguise."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def _resolved(host: str, port: int, *, deadline: Deadline) -> tuple[Endpoint, ...]:
    answers: queue.SimpleQueue[tuple[Endpoint, ...] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as problem:
            answers.put(problem)
        else:
            places = dict.fromkeys(Endpoint(family, place) for family, _, _, _, place in found)  # type: ignore[arg-type]
            answers.put(tuple(places))

    # The system's resolver has no time limit that could be passed to it; it gives up by itself in the end.
    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise Unreachable("timed_out", f"The name {host} took too long to look up.") from None
    if isinstance(answer, OSError):
        raise Unreachable("unreachable", f"There is no address of the name {host}.") from answer
    return answer
