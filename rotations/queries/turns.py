"""Which turn is it?"""

from datetime import datetime

from rotations.engine.held import ordinal_at
from rotations.engine.intervals import micros
from rotations.errors import Invalid
from rotations.models import Rotation
from rotations.queries.memory import plan_of


def ordinal_of_turn(rotation: Rotation, *, at: datetime) -> int:
    """Return the ordinal of the turn of ``rotation`` in force at ``at``.

    Raises:
        Invalid: ``unknown_turn`` where the rotation has not begun by then, or has ended.
    """
    found = next(each for each in plan_of(rotation.schedule).rotations if each.id == rotation.pk)
    ordinal = ordinal_at(found, micros(at))
    if ordinal is None:
        raise Invalid("unknown_turn", f"{rotation.name} has no turn at that moment.", field="at")
    return ordinal
