"""Which time zone is meant?"""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rotations.errors import Invalid


def known_zone(zone: str | ZoneInfo, *, field: str = "zone") -> ZoneInfo:
    """Return the zone of that IANA name.

    Raises:
        Invalid: ``unknown_zone``.
    """
    if str(zone) not in _names():
        raise Invalid(
            "unknown_zone", f"There is no time zone {str(zone)[:80]!r}; write one such as Europe/Berlin.", field=field
        )
    return ZoneInfo(str(zone))


@cache
def _names() -> frozenset[str]:
    # "Factory" says that nobody has set the clock's zone.
    return frozenset(available_timezones() - {"Factory", "localtime"})
