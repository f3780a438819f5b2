"""Who works at the demo's company, in which teams?"""

from datetime import datetime

from oncall.demo.company import ADMINISTRATOR, MARK, TEAMS
from rotations.actors import Actor
from rotations.models import Person, Team
from rotations.services import people, teams


def hire(*, passwords: dict[str, str], by: Actor, now: datetime) -> tuple[dict[str, Team], dict[str, Person]]:
    """Add everybody with their teams; return teams by slug, and people by first name in lower case.

    ``passwords`` are those of the administrator and one member, by e-mail address; nobody else can sign in.
    """
    founded: dict[str, Team] = {}
    staff: dict[str, Person] = {}
    for demo_team in TEAMS:
        team = founded[demo_team.slug] = teams.add_team(slug=demo_team.slug, name=demo_team.name, by=by, now=now)
        for employee in demo_team.people:
            person = people.add_person(
                email=employee.email,
                name=employee.name,
                zone=demo_team.zone,
                country=employee.country,
                external_ids={MARK: employee.email},
                password=passwords.get(employee.email),
                is_staff=employee is ADMINISTRATOR,
                is_superuser=employee is ADMINISTRATOR,
                by=by,
                now=now,
            )
            teams.put_in_team(team, person=person, is_manager=employee.manages, by=by, now=now)
            staff[employee.name.split()[0].lower()] = person
    return founded, staff
