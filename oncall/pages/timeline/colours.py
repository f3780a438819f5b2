"""Which colour has a person? The same on every page and every day, and as few share one as can be."""

from collections.abc import Iterable
from typing import Final

# As many as the stylesheet has: --who-0 and on.
COLOURS: Final = 12


def colours_of(members: Iterable[int], others: Iterable[int] = ()) -> dict[int, int]:
    """Return a colour for each person, by id: ``members`` choose first, in the order given.

    Everybody has a favourite by their id, and takes the next free one where somebody chose it before; once none is
    free, all are. So whoever comes later changes nobody's colour.
    """
    chosen: dict[int, int] = {}
    free: set[int] = set()
    for person in dict.fromkeys((*members, *others)):
        free = free or set(range(COLOURS))
        colour = next(each for each in _from(person) if each in free)
        free.discard(colour)
        chosen[person] = colour
    return chosen


def _from(person: int) -> list[int]:
    return [(person + step) % COLOURS for step in range(COLOURS)]
