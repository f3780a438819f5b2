"""What applies at a moment, out of a long history? Values with spans, found without walking the past."""

from bisect import bisect_right
from collections.abc import Iterable
from operator import attrgetter
from typing import Generic, NamedTuple, TypeVar

Value = TypeVar("Value")


class Spanning(NamedTuple, Generic[Value]):
    """A value that applies in ``[start, end)``, in microseconds; ``rank`` says what is applied first."""

    rank: tuple[int, int]
    start: int
    end: int
    value: Value


class Dated(Generic[Value]):
    """Values by the time they end: a question about now costs nothing for those that are over."""

    def __init__(self, values: Iterable[Spanning[Value]]) -> None:
        self._values = sorted((value for value in values if value.start < value.end), key=attrgetter("end"))
        self._ends = [value.end for value in self._values]

    def within(self, start: int, end: int) -> list[Spanning[Value]]:
        """Return those that share an instant with ``[start, end)``, in the order in which they apply."""
        open_ones = self._values[bisect_right(self._ends, start) :]
        return sorted([value for value in open_ones if value.start < end], key=attrgetter("rank"))
