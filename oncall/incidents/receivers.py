"""What happens elsewhere and matters to incidents."""

from datetime import datetime

from oncall.incidents.services import deactivation, defaults
from rotations.actors import Actor
from rotations.models import Person


def on_person_deactivated(*, person: Person, by: Actor, now: datetime, **_signal: object) -> None:
    """Empty the seats of somebody who was deactivated, in the transaction of the deactivation."""
    deactivation.end_seats_of(person, by=by, now=now)


def on_migrated(**_signal: object) -> None:
    """See to it that an incident can be declared in a new database."""
    defaults.ensure_defaults()
