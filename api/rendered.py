"""Which calendars does this process have at hand, as bytes? Each by its entity tag, so that none is ever stale."""

import gzip
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final, NamedTuple

MOST_BYTES: Final = 32 * 1024 * 1024
# The next levels cost several times as much for a few hundredths.
GZIP_LEVEL: Final = 6


class Rendered(NamedTuple):
    """One calendar, plain and compressed."""

    plain: bytes
    gzipped: bytes

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.gzipped)


_kept: Final[OrderedDict[str, Rendered]] = OrderedDict()
_lock: Final = Lock()


def rendered(tag: str, build: Callable[[], bytes]) -> Rendered:
    """Return the bytes of ``tag``, built where they are not at hand; those unused longest make room for new ones."""
    with _lock:
        if tag in _kept:
            _kept.move_to_end(tag)
            return _kept[tag]
    # Outside the lock: two may build the same bytes, but nobody waits for somebody else's calendar.
    plain = build()
    # Without a time, so that the same calendar is the same bytes.
    made = Rendered(plain, gzip.compress(plain, GZIP_LEVEL, mtime=0))
    with _lock:
        _kept[tag] = made
        while sum(each.size for each in _kept.values()) > MOST_BYTES:
            _kept.popitem(last=False)
    return made


def forget() -> None:
    """Forget every calendar."""
    with _lock:
        _kept.clear()
