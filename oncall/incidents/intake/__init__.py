"""What is a paging or alerting system saying? One module for each sender: its body and headers in, a signal out.

Pure: no database, no clock. A further sender is a further module with ``signal_of`` and ``SIGNATURE_HEADER``, and its
line in ``SENDERS``.
"""

from collections.abc import Mapping
from typing import Protocol

from oncall.incidents.intake import alertmanager, own, pagerduty, pagerduty_events
from oncall.incidents.intake.body import Part, Unsupported, parsed, without_secrets
from oncall.incidents.intake.signal import SEVERITIES, Action, Signal, severity_of
from oncall.incidents.intake.signatures import is_signed, signature_of


class Sender(Protocol):
    """A module of this package. ``SIGNATURE_HEADER`` is null for a sender that cannot sign."""

    SIGNATURE_HEADER: str | None

    def signal_of(self, body: Part, headers: Mapping[str, str], /) -> Signal:
        """Return what the message says, or raise Invalid with the code ``invalid`` or ``unsupported_payload``."""


SENDERS: Mapping[str, Sender] = {
    "alertmanager": alertmanager,
    "pagerduty": pagerduty,
    "pagerduty_events": pagerduty_events,
    "oncall": own,
}

__all__ = [
    "SENDERS",
    "SEVERITIES",
    "Action",
    "Sender",
    "Signal",
    "Unsupported",
    "is_signed",
    "parsed",
    "severity_of",
    "signature_of",
    "without_secrets",
]
