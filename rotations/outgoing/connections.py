"""How is a connection made that ends where it was checked to end, and when it has to?"""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from rotations.outgoing.addresses import Endpoint
from rotations.outgoing.limits import Deadline, Unreachable
from rotations.outgoing.targets import Target


@contextmanager
def connection(target: Target, endpoints: Sequence[Endpoint], *, deadline: Deadline) -> Iterator[socket.socket]:
    """Open a connection to the first of ``endpoints`` that answers, and cut it at the deadline.

    Over TLS the other end must show a certificate for the host's name, however it was reached.

    Raises:
        Unreachable: ``unreachable`` or ``timed_out``.
        OSError: the other end speaks no TLS, or shows no certificate that is trusted.
    """
    sock = _connected(target, endpoints, deadline=deadline)
    try:
        with _cut(sock, deadline=deadline):
            if target.scheme == "https":
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)
            yield sock
    finally:
        sock.close()


def _connected(target: Target, endpoints: Sequence[Endpoint], *, deadline: Deadline) -> socket.socket:
    for tried, endpoint in enumerate(endpoints):
        sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
        # Each has its share of the time that is left, so that one which is silent does not use up all of it.
        sock.settimeout(deadline.left() / (len(endpoints) - tried))
        try:
            sock.connect(endpoint.place)
        except OSError:
            sock.close()
        else:
            sock.settimeout(deadline.left())
            return sock
    deadline.left()
    raise Unreachable("unreachable", f"{target.host} takes no connection at port {target.port}.")


@contextmanager
def _cut(sock: socket.socket, *, deadline: Deadline) -> Iterator[None]:
    """Shut the connection at the deadline, whoever waits in it.

    A socket's timeout starts anew with each byte, so an end that sends one now and then would hold us for ever.
    """
    # A second handle: TLS takes the first over.
    handle = sock.dup()

    def cut() -> None:
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(deadline.left(), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        handle.close()
