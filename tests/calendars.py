"""Calendars as somebody else would publish them."""


def calendar(*events: str, before: str = "") -> bytes:
    """Return a calendar of events, each given as its lines: ``calendar("UID:1 DTSTART:20261224")``.

    Lines are told apart by line breaks or, where the text is one line, by its spaces.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Leave//EN", *_lines(before)]
    for event in events:
        lines += ["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", *_lines(event), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in (text.strip().splitlines() if "\n" in text else text.split())]
