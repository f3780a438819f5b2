"""What does a person read on a page? The text of an element, and the buttons in it."""

from html.parser import HTMLParser
from typing import Any, Protocol

VOID = {"br", "hr", "img", "input", "link", "meta"}
BREAKS = {"article", "button", "div", "form", "h1", "h2", "h3", "header", "footer", "li", "p", "section", "ul", "ol"}


class Answer(Protocol):
    """A response, however the test client types it."""

    @property
    def content(self) -> Any: ...


class _Reader(HTMLParser):
    """Collects the text inside the element with an id; a break of lines at every block."""

    def __init__(self, of: str) -> None:
        super().__init__()
        self.of = of
        self.depth = 0
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth and tag not in VOID:
            self.depth += 1
        elif not self.depth and dict(attrs).get("id") == self.of:
            self.depth = 1
        if tag in BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self.depth:
            self.depth -= 1
        if tag in BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.words.append(data.replace("\n", " "))


def lines_of(response: Answer, of: str = "main") -> list[str]:
    """Return the lines of text in the element with the id ``of``, without blanks around and between."""
    reader = _Reader(of)
    reader.feed(response.content.decode())
    lines = (" ".join(line.split()) for line in "".join(reader.words).split("\n"))
    return [line for line in lines if line]


def buttons_of(response: Answer, of: str = "main") -> list[str]:
    """Return what the buttons in the element say, in order, with the part that only screen readers hear."""
    html = response.content.decode()
    buttons = _Buttons(of)
    buttons.feed(html)
    return [" ".join("".join(words).split()) for words in buttons.found]


class _Buttons(_Reader):
    """Collects the text of each button inside the element."""

    def __init__(self, of: str) -> None:
        super().__init__(of)
        self.found: list[list[str]] = []
        self.is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        if tag == "button" and self.depth:
            self.is_inside = True
            self.found.append([])

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        if tag == "button":
            self.is_inside = False

    def handle_data(self, data: str) -> None:
        if self.is_inside:
            self.found[-1].append(data)
