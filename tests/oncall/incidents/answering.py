"""People answer, and are refused: one line each."""

from collections.abc import Callable
from typing import Any

import pytest

from oncall.incidents.models import Assignment, Incident, Participant, TimelineEntry, Vacancy
from rotations.actors import Actor
from rotations.errors import Refusal
from rotations.models import Person
from tests.factories.incidents import role
from tests.oncall.incidents.pictures import minute


def does(verb: Callable[..., Assignment], one: Incident, who: Person, *, at: float = 1, **more: Any) -> Assignment:
    """Let somebody accept, decline, take or release the lead themselves."""
    return verb(one, role=role(), person=who, by=Actor.of_person(who), now=minute(at), **more)


def refused(call: Callable[..., Any], *args: Any, **more: Any) -> tuple[str, Person | None]:
    """Return the code of the refusal and the holder it names; a refusal leaves no trace."""
    before = _rows()
    with pytest.raises(Refusal) as refusal:
        call(*args, **more)
    assert _rows() == before
    return refusal.value.code, refusal.value.extra.get("holder")


def _rows() -> list[list[Any]]:
    models = (Assignment, Vacancy, Participant, TimelineEntry, Incident)
    return [list(model._default_manager.order_by("pk").values()) for model in models]
