"""Who is here: adding, editing and deactivating people."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from rotations.actors import Actor
from rotations.errors import Conflict
from rotations.models import CalendarLink, Person, Schedule
from rotations.permissions import is_oneself, require_administrator
from rotations.queries.people import schedules_of
from rotations.services.changes import hold_schedules, record_change
from rotations.services.flags import flag_swaps
from rotations.services.rows import add_row, change_row
from rotations.services.zones import known_zone
from rotations.signals import person_deactivated

# What people may say of themselves; the rest is the administrators'.
# Whoever changes their own password is asked for the old one at the door.
OWN_FIELDS = frozenset({"name", "zone", "country", "password"})
FIELDS = OWN_FIELDS | {"email", "external_ids", "is_staff", "is_superuser"}
# What answers show of a person.
SHOWN_FIELDS = frozenset({"name", "email"})


@transaction.atomic
def add_person(
    *,
    email: str,
    name: str,
    zone: str | ZoneInfo = "UTC",
    country: str = "",
    external_ids: dict[str, str] | None = None,
    password: str | None = None,
    is_staff: bool = False,
    is_superuser: bool = False,
    by: Actor,
    now: datetime,
) -> Person:
    """Add somebody who can sign in and take turns; without a ``password`` they cannot sign in yet.

    Raises:
        NotPermitted: ``by`` is no administrator.
        Invalid: ``unknown_zone``.
        ValidationError: a field is malformed, the password too simple, or the e-mail address somebody else's.
    """
    require_administrator(by)
    person = Person(
        email=email.strip(),
        name=name.strip(),
        zone=known_zone(zone),
        country=country,
        external_ids={} if external_ids is None else external_ids,
        is_staff=is_staff or is_superuser,
        is_superuser=is_superuser,
        joined_at=now,
    )
    _set_password(person, password)
    add_row(person)
    return person


@transaction.atomic
def edit_person(person: Person, *, by: Actor, now: datetime, **fields: Any) -> Person:
    """Change some of ``email, name, zone, country, external_ids, password, is_staff, is_superuser``.

    Raises:
        NotPermitted: ``by`` is no administrator, and it is not their own name, zone, country or password.
        Invalid: ``unknown_zone``.
        Conflict: ``last_administrator``.
        ValidationError: a field is malformed, the password too simple, or the e-mail address somebody else's.
    """
    if unknown := fields.keys() - FIELDS:
        raise TypeError(f"a person has no {', '.join(sorted(unknown))} to edit")
    if not (is_oneself(by, person) and fields.keys() <= OWN_FIELDS):
        require_administrator(by)
    person = _hold(person, stays_administrator=fields.get("is_superuser", True))
    before = _shown(person)
    _set_fields(person, fields)
    if before == _shown(person):
        change_row(person)
        return person
    # Duty is recorded with the names as they were.
    schedules, moment = hold_schedules(schedules_of(person), now=now)
    change_row(person)
    after = _shown(person)
    summary = f"{before['name']} <{before['email']}> is now {after['name']} <{after['email']}>"
    for schedule in schedules:
        record_change(schedule, what="person_edited", summary=summary, before=before, after=after, by=by, now=moment)
    return person


@transaction.atomic
def deactivate_person(person: Person, *, by: Actor, now: datetime) -> Person:
    """Let somebody sign in no more; from now on their turns are gaps.

    Their calendar links are revoked, and so are those that others have to their shifts. Doing it twice is harmless.
    Sends ``person_deactivated`` inside the transaction.

    Raises:
        NotPermitted: ``by`` is no administrator.
        Conflict: ``last_administrator``.
    """
    require_administrator(by)
    person = _hold(person, stays_administrator=False)
    if not person.is_active:
        return person
    schedules, moment = hold_schedules(schedules_of(person), now=now)
    person.is_active, person.deactivated_at = False, moment
    change_row(person)
    CalendarLink.objects.filter(Q(owner=person) | Q(person=person), revoked_at=None).update(revoked_at=moment)
    for schedule in schedules:
        _note(schedule, person, what="person_deactivated", summary=f"{person} was deactivated", by=by, now=moment)
    person_deactivated.send(sender=Person, person=person, by=by, now=moment)
    return person


@transaction.atomic
def reactivate_person(person: Person, *, by: Actor, now: datetime) -> Person:
    """Let somebody sign in and take their turns again; doing it twice is harmless.

    Raises:
        NotPermitted: ``by`` is no administrator.
    """
    require_administrator(by)
    person = _hold(person)
    if person.is_active:
        return person
    schedules, moment = hold_schedules(schedules_of(person), now=now)
    person.is_active, person.deactivated_at = True, None
    change_row(person)
    for schedule in schedules:
        _note(schedule, person, what="person_reactivated", summary=f"{person} was reactivated", by=by, now=moment)
    return person


def _hold(person: Person, *, stays_administrator: bool = True) -> Person:
    """Lock ``person``, with every administrator: of two who deactivate each other, the second is refused."""
    held = {
        row.pk: row
        for row in Person.objects.select_for_update(no_key=True)
        .filter(Q(pk=person.pk) | Q(is_superuser=True, is_active=True))
        .order_by("pk")
    }
    row = held.pop(person.pk)
    others = any(other.is_superuser for other in held.values())
    if row.is_superuser and row.is_active and not stays_administrator and not others:
        raise Conflict("last_administrator", f"{row} is the only administrator; make another one first.")
    return row


def _set_fields(person: Person, fields: dict[str, Any]) -> None:
    for field, value in fields.items():
        if field == "zone":
            person.zone = known_zone(value)
        elif field == "password":
            _set_password(person, value)
        elif field in ("name", "email"):
            setattr(person, field, value.strip())
        else:
            setattr(person, field, value)
    person.is_staff = person.is_staff or person.is_superuser


def _set_password(person: Person, password: str | None) -> None:
    if password is None:
        person.set_unusable_password()
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise ValidationError({"password": error}) from error
    person.set_password(password)


def _shown(person: Person) -> dict[str, Any]:
    return {field: getattr(person, field) for field in SHOWN_FIELDS}


def _note(schedule: Schedule, person: Person, *, what: str, summary: str, by: Actor, now: datetime) -> None:
    values = {"person": person.pk, "name": person.name}
    record_change(schedule, what=what, summary=summary, before=values, after=values, by=by, now=now)
    flag_swaps(schedule, by=by, now=now)
