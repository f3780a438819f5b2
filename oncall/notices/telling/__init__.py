"""Who is told of a fact, and what, in words? Values in, values out: no database, no clock."""

from oncall.notices.telling.kinds import ALWAYS_TOLD, EventType, Kind, Topic
from oncall.notices.telling.told import Told, Who, once_each

__all__ = ["ALWAYS_TOLD", "EventType", "Kind", "Told", "Topic", "Who", "once_each"]
