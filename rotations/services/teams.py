"""Which people belong together, and who of them manages what is the team's."""

from datetime import datetime

from django.db import transaction

from rotations.actors import Actor
from rotations.models import Membership, Person, Team
from rotations.permissions import require_administrator, require_manager
from rotations.services.rows import add_row, change_row


@transaction.atomic
def add_team(*, slug: str, name: str, by: Actor, now: datetime) -> Team:  # noqa: ARG001 - every service is told when
    """Add a team without members.

    Raises:
        NotPermitted: ``by`` is no administrator.
        ValidationError: a field is malformed, or another team has this name or slug.
    """
    require_administrator(by)
    team = Team(slug=slug, name=name.strip())
    add_row(team)
    return team


@transaction.atomic
def edit_team(
    team: Team,
    *,
    slug: str | None = None,
    name: str | None = None,
    by: Actor,
    now: datetime,  # noqa: ARG001
) -> Team:
    """Rename ``team``; what is None stays.

    Raises:
        NotPermitted: ``by`` does not manage it.
        ValidationError: a field is malformed, or another team has this name or slug.
    """
    require_manager(by, team)
    team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    team.slug = team.slug if slug is None else slug
    team.name = team.name if name is None else name.strip()
    change_row(team)
    return team


@transaction.atomic
def put_in_team(team: Team, *, person: Person, is_manager: bool = False, by: Actor, now: datetime) -> Membership:  # noqa: ARG001
    """Make ``person`` a member or, with ``is_manager``, a manager; calling it again changes which.

    Managers work in the admin site, so they are let in; a manager who becomes a member stays let in and sees it only.

    Raises:
        NotPermitted: ``by`` does not manage the team.
    """
    require_manager(by, team)
    if is_manager:
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        person.is_staff = True
        person.save(update_fields=["is_staff"])
    team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    membership = Membership.objects.filter(team=team, person=person).first()
    if membership is None:
        membership = Membership(team=team, person=person, is_manager=is_manager)
        add_row(membership)
    else:
        membership.is_manager = is_manager
        change_row(membership)
    return membership


@transaction.atomic
def take_out_of_team(team: Team, *, person: Person, by: Actor, now: datetime) -> None:  # noqa: ARG001
    """End a membership; harmless where there is none. Turns and roles of the person stay as they are.

    Raises:
        NotPermitted: ``by`` does not manage the team.
    """
    require_manager(by, team)
    Membership.objects.filter(team=team, person=person).delete()
