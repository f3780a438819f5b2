"""Where does a press on the timeline lead?"""

from dataclasses import dataclass
from datetime import datetime

from oncall.pages.allowed import Allowed
from rotations.engine.intervals import Interval


@dataclass(frozen=True, slots=True)
class PageAddresses:
    """The addresses of one schedule; ``query`` leads back to the sheet from which a form was opened.

    Made by hand: for each of hundreds of bars, Django's ``reverse`` takes longer than all the rest.
    """

    slug: str
    query: str
    may: Allowed
    now: datetime

    def why(self, at: datetime) -> str:
        """Return where it is told why somebody is on call at ``at``."""
        return f"/schedules/{self.slug}/explain/?at={written(at)}"

    def change(self, span: Interval, person: int | None) -> str:
        """Return where what is left of ``span`` is changed; empty for whoever may not."""
        if not self.may.may_change(person):
            return ""
        start = max(span.start, self.now.replace(microsecond=0))
        who = "" if person is None else f"&replaces={person}"
        return f"/schedules/{self.slug}/change/?start={written(start)}&end={written(span.end)}{who}&{self.query}"


def written(moment: datetime) -> str:
    """Return ``moment`` as it stands in an address, in UTC."""
    return moment.isoformat().replace("+00:00", "Z")
