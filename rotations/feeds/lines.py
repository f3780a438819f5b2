"""How is an event written? Content lines of RFC 5545, folded and escaped by icalendar's own types."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from icalendar import vCategory, vDatetime, vDuration, vInt, vText
from icalendar.parser import Contentline, Parameters

Value = str | int | datetime | timedelta | tuple[str, ...]
Property = tuple[str, Value]
END_OF_LINE: Final = b"\r\n"
# What tells a reader of a type that is not the property's own (RFC 7986, section 5.7).
PARAMETERS: Final = {"REFRESH-INTERVAL": Parameters({"VALUE": "DURATION"})}


class Lines:
    """Content lines, each made once.

    Most lines are alike in many events, and icalendar's ``to_ical`` spends a quarter of a millisecond on every event.
    """

    def __init__(self) -> None:
        self._made: dict[Property, bytes] = {}

    def component(self, name: str, properties: Iterable[Property], *, inner: bytes = b"") -> bytes:
        """Return the lines of one component, with those of the components in it (``inner``)."""
        lines = [self._line(*each) for each in properties]
        kind = name.encode()
        return b"".join([b"BEGIN:", kind, END_OF_LINE, *lines, inner, b"END:", kind, END_OF_LINE])

    def _line(self, name: str, value: Value) -> bytes:
        if (name, value) not in self._made:
            content: bytes = Contentline.from_parts(name, PARAMETERS.get(name, Parameters()), _typed(value)).to_ical()
            self._made[name, value] = content + END_OF_LINE
        return self._made[name, value]


def _typed(value: Value) -> vCategory | vDatetime | vDuration | vInt | vText:
    match value:
        case datetime():
            return vDatetime(value)
        case timedelta():
            return vDuration(value)
        case int():
            return vInt(value)
        case tuple():
            return vCategory([plain(each) for each in value])
        case _:
            return vText(plain(value))


def plain(text: str) -> str:
    """Return ``text`` without what cannot stand in a value (RFC 5545, section 3.3.11); line ends stay as newlines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in "\n\t" or unicodedata.category(each) not in {"Cc", "Cs"})
