"""Which time zone is meant?"""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rotations.errors import Invalid


def known_zone(zone: str | ZoneInfo, *, field: str = "zone") -> ZoneInfo:
    """Return the zone of that IANA name.

    Raises:
        Invalid: ``unknown_zone``.
    """
    if str(zone) not in zone_names():
        raise Invalid(
            "unknown_zone", f"There is no time zone {str(zone)[:80]!r}; write one such as Europe/Berlin.", field=field
        )
    return ZoneInfo(str(zone))


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all zones there are."""
    # "Factory" says that nobody has set the clock's zone.
    return frozenset(available_timezones() - {"Factory", "localtime"})
