"""Servers on loopback that stand for somebody else's, as honest or as hostile as a test wants."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache

# The address that tests allow, and one that stands for what is inside.
ALLOWED = "127.0.0.1"
INSIDE = "127.0.0.2"


@dataclass
class Stranger:
    """A server at ``url``; ``requests`` are the heads and bodies that reached it."""

    url: str
    port: int
    requests: list[str] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def drip(self, start: bytes, piece: bytes) -> Iterator[bytes]:
        """Send ``start``, and then ``piece`` again and again, for as long as the test goes on."""
        yield start
        while not self._stopping.wait(0.01):
            yield piece

    def serve(self, listener: socket.socket, answer: Callable[["Stranger", str], Iterable[bytes]]) -> None:
        while not self._stopping.is_set():
            # Whoever called may be gone, may not like our certificate, or the listener is closed.
            with suppress(OSError), listener.accept()[0] as caller:
                caller.settimeout(5)
                request = _request(caller)
                self.requests.append(request)
                for piece in answer(self, request):
                    caller.sendall(piece)

    def stop(self) -> None:
        self._stopping.set()


@contextmanager
def stranger(
    answer: Callable[[Stranger, str], Iterable[bytes]], *, address: str = ALLOWED, tls: ssl.SSLContext | None = None
) -> Iterator[Stranger]:
    """Listen at ``address`` and send each caller the pieces that ``answer`` makes of the request."""
    listener = socket.create_server((address, 0))
    listener.settimeout(0.02)
    port = listener.getsockname()[1]
    server = Stranger(f"{'https' if tls else 'http'}://{address}:{port}", port)
    if tls:
        listener = tls.wrap_socket(listener, server_side=True)
    thread = threading.Thread(target=server.serve, args=(listener, answer))
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
        listener.close()


def answering(*answers: bytes) -> Callable[[Stranger, str], Iterable[bytes]]:
    """Give the answers one after the other, the last again and again."""
    left = [*answers]
    return lambda _server, _request: [left.pop(0) if len(left) > 1 else left[0]]


def http(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """Return an answer with a length, unless ``headers`` say otherwise."""
    framed = any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers)
    lines = [f"HTTP/1.1 {status}", *headers, *(() if framed else (f"Content-Length: {len(body)}",)), "", ""]
    return "\r\n".join(lines).encode() + body


@cache
def bomb() -> bytes:
    """Return the start of a calendar and 200 MB of spaces, packed into 200 kB."""
    return gzip.compress(b"BEGIN:VCALENDAR\r\n" + b" " * 200_000_000, compresslevel=1)


def redirect(url: str, status: str = "302 Found") -> bytes:
    return http(b"", f"Location: {url}", status=status)


def _request(caller: socket.socket) -> str:
    received = b""
    while b"\r\n\r\n" not in received and (piece := caller.recv(65536)):
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    announced = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    length = int(announced[0].split(b":")[1]) if announced else 0
    while len(body) < length and (piece := caller.recv(65536)):
        body += piece
    return (head + b"\r\n\r\n" + body).decode("latin-1")
