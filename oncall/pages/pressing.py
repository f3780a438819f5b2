"""What happens when somebody presses a button of an incident? A service is called, and the page is shown again."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from rotations.errors import Conflict, Invalid, NotPermitted, NotThere, Refusal

# Marks an answer that is a part of a page, so that the page's script shows it whatever its status.
PART = "Oncall-Part"

STATUS: dict[type[Refusal], int] = {Invalid: 400, NotPermitted: 403, NotThere: 404, Conflict: 409}


@dataclass(frozen=True, slots=True)
class RefusedPress:
    """A press that a rule refused: nothing was written. ``detail`` is for people; ``status`` as REST answers it."""

    number: int
    detail: str
    status: int


def press(number: int, act: Callable[[], object]) -> RefusedPress | None:
    """Carry out ``act`` on incident ``number``; return the refusal if there was one."""
    try:
        act()
    except Refusal as refusal:
        return RefusedPress(number, refusal.detail, STATUS[type(refusal)])
    except ValidationError as error:
        return RefusedPress(number, " ".join(error.messages), 400)
    return None
