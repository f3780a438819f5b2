"""How long, how much and how far, and what is said when it is too much?"""

import time
from dataclasses import dataclass


class Unreachable(Exception):
    """Nothing, or nothing usable, came from an address. ``detail`` names its host at most, because paths are secrets.

    ``code`` is one of ``forbidden_address, invalid_url, timed_out, too_large, too_many_redirects, unreachable``.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one request with all of its redirects.

    ``seconds`` are counted from the first look-up of a name to the last byte; ``bytes`` bounds the body both as it
    comes in and unpacked.
    """

    seconds: float = 20.0
    bytes: int = 5 * 1024 * 1024
    redirects: int = 5


USUAL = Limits()


class Deadline:
    """The moment at which a request is over, come what may, on a clock that nobody sets."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Return how many seconds are left, more than 0.

        Raises:
            Unreachable: ``timed_out``.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise Unreachable("timed_out", f"It took longer than {self._seconds:g} seconds.")
        return left
