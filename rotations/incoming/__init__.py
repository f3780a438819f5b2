"""When is somebody away, by a calendar that somebody else publishes?

:func:`read_confined` is the way in. What a stranger wrote is parsed in a process of its own, which holds nothing worth
taking and is ended when it takes too long or too much.
"""

from rotations.incoming.confined import Confinement, read_confined
from rotations.incoming.terms import Occurrence, Question, Reading, Unreadable

__all__ = ["Confinement", "Occurrence", "Question", "Reading", "Unreadable", "read_confined"]
