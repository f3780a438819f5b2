"""How far do answers reach? The years that the tz database is good for, and windows that are quick to fill."""

from datetime import UTC, datetime, timedelta
from typing import Final

from rotations.engine.intervals import Interval
from rotations.errors import Invalid

FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
LONGEST_WINDOW: Final = timedelta(days=400)


def require_known(moment: datetime, *, field: str) -> None:
    """Let through the moments for which answers are defined.

    Raises:
        Invalid: ``invalid`` outside the years 1970 to 2099.
    """
    if not FIRST <= moment < LAST:
        raise _out_of_reach(field)


def require_reach(window: Interval) -> None:
    """Let through the windows that are answered.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    if window.length > LONGEST_WINDOW:
        raise Invalid("window_too_long", f"A window is at most {LONGEST_WINDOW.days} days long.", field="until")
    require_known(window.start, field="from")
    if window.end > LAST:
        raise _out_of_reach("until")


def _out_of_reach(field: str) -> Invalid:
    return Invalid("invalid", f"Answers reach from {FIRST.year} to {LAST.year - 1}.", field=field)
