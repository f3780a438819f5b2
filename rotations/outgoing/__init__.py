"""How is an address that somebody gave us spoken to, without reaching what stands inside?

Everything that is fetched from, or told to, an address that was typed in goes through :func:`send`.
"""

from rotations.outgoing.limits import Limits, Unreachable
from rotations.outgoing.sending import Answer, check, host_of, send

__all__ = ["Answer", "Limits", "Unreachable", "check", "host_of", "send"]
