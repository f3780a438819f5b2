"""How are moments said to somebody? By their own clock, with the zone named: a mail is read anywhere."""

import re
from datetime import datetime, timedelta, tzinfo

# As the services write moments into their reasons and summaries.
WRITTEN_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)")


def clock(at: datetime, zone: tzinfo) -> str:
    """Return ``03:05 CET``."""
    return f"{at.astimezone(zone):%H:%M %Z}"


def moment(at: datetime, zone: tzinfo) -> str:
    """Return ``Mon 23 Nov, 09:00 CET``."""
    local = at.astimezone(zone)
    return f"{_day(local)}, {local:%H:%M %Z}"


def span(start: datetime, end: datetime, zone: tzinfo) -> str:
    """Return ``Mon 23 Nov, 09:00 to Mon 30 Nov, 09:00 CET``; the day once where it is the same."""
    begins, ends = start.astimezone(zone), end.astimezone(zone)
    # Over a change of the clocks each end has a name of its own.
    first = f"{_day(begins)}, {begins:%H:%M}" + (f" {begins:%Z}" if begins.tzname() != ends.tzname() else "")
    last = f"{ends:%H:%M %Z}" if begins.date() == ends.date() else f"{_day(ends)}, {ends:%H:%M %Z}"
    return f"{first} to {last}"


def in_words(length: timedelta) -> str:
    """Return ``length`` rounded to the minute, in two units at most: ``24 h``, ``1 h 30 min``, ``3 days``."""
    minutes = round(length.total_seconds() / 60)
    days, hours, rest = minutes // 1440, minutes // 60, minutes % 60
    if days >= 2 and not minutes % 1440:
        return f"{days} days"
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def in_minutes(minutes: int) -> str:
    """Return a number of minutes in words, as ``in_words``."""
    return in_words(timedelta(minutes=minutes))


def by_their_clock(text: str, zone: tzinfo) -> str:
    """Return ``text`` with the UTC moments written in it said as the reader's clock shows them."""
    return WRITTEN_MOMENT.sub(lambda found: moment(datetime.fromisoformat(found[0]), zone), text)


def sentence(text: str) -> str:
    """Return ``text`` with a full stop, unless it ends as a sentence does."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _day(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b}"
