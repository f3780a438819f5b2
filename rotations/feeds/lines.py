"""How is an event written? Content lines of RFC 5545, folded and escaped by icalendar's own types."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from icalendar import vDatetime, vDuration, vInt, vText
from icalendar.parser import Contentline, Parameters

Value = str | int | datetime | timedelta
Property = tuple[str, Value]
END_OF_LINE: Final = b"\r\n"


class Lines:
    """Content lines, each made once.

    Most lines are alike in many events, and icalendar's ``to_ical`` spends a quarter of a millisecond on every event.
    """

    def __init__(self) -> None:
        self._made: dict[Property, bytes] = {}

    def component(self, name: str, properties: Iterable[Property], *, inner: bytes = b"") -> bytes:
        """Return the lines of one component, with those of the components in it (``inner``)."""
        kind = name.encode()
        lines = [self._line(*each) for each in properties]
        return b"".join([b"BEGIN:", kind, END_OF_LINE, *lines, inner, b"END:", kind, END_OF_LINE])

    def _line(self, name: str, value: Value) -> bytes:
        if (name, value) not in self._made:
            content: bytes = Contentline.from_parts(name, Parameters(), _typed(value)).to_ical()
            self._made[name, value] = content + END_OF_LINE
        return self._made[name, value]


def _typed(value: Value) -> vDatetime | vDuration | vInt | vText:
    match value:
        case datetime():
            return vDatetime(value)
        case timedelta():
            return vDuration(value)
        case int():
            return vInt(value)
        case _:
            return vText(value)
