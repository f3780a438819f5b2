"""Who may change what belongs to a team? Administrators everything, managers what is their team's."""

from rotations.actors import Actor
from rotations.errors import NotPermitted
from rotations.models import Membership, Person, Team


def manages(actor: Actor, team: Team) -> bool:
    """Tell whether ``actor`` may change what belongs to ``team``."""
    if actor.is_administrator or actor.manages_every_team:
        return True
    return (
        actor.person is not None
        and actor.person.is_active
        and Membership.objects.filter(team=team, person=actor.person, is_manager=True).exists()
    )


def manages_a_team_of(actor: Actor, person: Person) -> bool:
    """Tell whether ``actor`` manages a team that ``person`` is in."""
    if actor.is_administrator or actor.manages_every_team:
        return True
    return (
        actor.person is not None
        and actor.person.is_active
        and Membership.objects.filter(
            person=person, team__memberships__person=actor.person, team__memberships__is_manager=True
        ).exists()
    )


def require_manager(actor: Actor, team: Team) -> None:
    """Let through whoever manages ``team``.

    Raises:
        NotPermitted: ``actor`` does not.
    """
    if not manages(actor, team):
        raise NotPermitted(f"Only managers of {team} and administrators may do this.")


def require_administrator(actor: Actor) -> None:
    """Let through administrators.

    Raises:
        NotPermitted: ``actor`` is none.
    """
    if not actor.is_administrator:
        raise NotPermitted("Only administrators may do this.")


def is_member(actor: Actor, team: Team) -> bool:
    """Tell whether ``actor`` acts as an active member of ``team``."""
    return (
        actor.person is not None
        and actor.person.is_active
        and Membership.objects.filter(team=team, person=actor.person).exists()
    )


def is_oneself(actor: Actor, person: Person | None) -> bool:
    """Tell whether ``actor`` acts as ``person``."""
    return actor.person is not None and actor.person == person
