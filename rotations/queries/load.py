"""How is the work of one schedule shared, and where is it too much for somebody?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rotations.engine import coverage
from rotations.engine.intervals import Interval
from rotations.engine.load import Calendar, Load, load
from rotations.engine.terms import Shift, Silence
from rotations.models import Person, Schedule
from rotations.queries.holidays import public_holidays
from rotations.queries.people import people_by_id, schedules_of_people
from rotations.queries.reach import FIRST, LAST, require_reach
from rotations.queries.shifts import views_of

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """The load of one person. ``holidays_known`` tells whether the public holidays of their country are."""

    person: Person
    load: Load
    holidays_known: bool


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """A span in which somebody is on call in another schedule, ``elsewhere``, too."""

    person: Person
    elsewhere: Schedule
    span: Interval


@dataclass(frozen=True, slots=True)
class ShortRest:
    """A rest between two spells on call in the schedule, shorter than it asks for."""

    person: Person
    rest: Interval


@dataclass(frozen=True, slots=True)
class ScheduleLoad:
    """How ``window`` of a schedule is shared: people by name, the rest in order of start.

    Shifts are cut to the window; rests are whole, and those that share an instant with it.
    """

    schedule: Schedule
    window: Interval
    people: tuple[PersonLoad, ...]
    gaps: tuple[Interval, ...]
    silence: tuple[Silence, ...]
    double_bookings: tuple[DoubleBooking, ...]
    short_rests: tuple[ShortRest, ...]
    recorded_until: datetime | None


def load_of(schedule: Schedule, *, window: Interval) -> ScheduleLoad:
    """Return how the work of ``schedule`` within ``window`` is shared; a fixed number of queries.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    require_reach(window)
    view, recorded = views_of([schedule], window)[schedule.pk]
    shifts = tuple(cut((piece.shift for piece in view.pieces), window))
    rests = _short_rests(schedule, window)
    people = people_by_id({shift.person for shift in shifts} | {each.person for each in rests})
    return ScheduleLoad(
        schedule=schedule,
        window=window,
        people=loads_of(shifts, people, window),
        gaps=view.gaps,
        silence=view.silence,
        double_bookings=_double_bookings(schedule, shifts, people, window),
        short_rests=tuple(ShortRest(people[each.person], each.rest) for each in rests),
        recorded_until=recorded.end if recorded else None,
    )


def cut(shifts: Iterable[Shift], window: Interval) -> Iterable[Shift]:
    """Yield what ``window`` shows of ``shifts``."""
    return (
        shift._replace(start=max(shift.start, window.start), end=min(shift.end, window.end))
        for shift in shifts
        if shift.start < window.end and window.start < shift.end
    )


def loads_of(shifts: Sequence[Shift], people: Mapping[int, Person], window: Interval) -> tuple[PersonLoad, ...]:
    """Return the load of everybody in ``shifts``, which are cut to ``window``, by name; no query."""
    calendars = {pk: _calendar(people[pk], window) for pk in {shift.person for shift in shifts}}
    loads = load(shifts, {pk: calendar or Calendar(people[pk].zone) for pk, calendar in calendars.items()})
    found = (PersonLoad(people[pk], each, calendars[pk] is not None) for pk, each in loads.items())
    return tuple(sorted(found, key=lambda each: (each.person.name, each.person.pk)))


def _calendar(person: Person, window: Interval) -> Calendar | None:
    """Return the days of a person, or None where nobody knows the holidays of their country."""
    # The clocks of their zone may show the day before or after.
    years = range((window.start - _A_DAY).year, (window.end + _A_DAY).year + 1)
    found = [public_holidays(person.country, year) for year in years]
    days = [each for each in found if each is not None]
    return Calendar(person.zone, frozenset().union(*days)) if len(days) == len(found) else None


def _double_bookings(
    schedule: Schedule, shifts: tuple[Shift, ...], people: Mapping[int, Person], window: Interval
) -> tuple[DoubleBooking, ...]:
    others = {other.pk: other for other in schedules_of_people(people.values()).exclude(pk=schedule.pk)}
    found = [
        DoubleBooking(people[each.person], others[pk], each.span)
        for pk, (view, _) in views_of(list(others.values()), window).items()
        for theirs in [tuple(cut((piece.shift for piece in view.pieces if piece.shift.person in people), window))]
        for each in coverage.double_bookings(shifts, theirs)
    ]
    return tuple(sorted(found, key=lambda each: (each.span, each.elsewhere.slug, each.person.pk)))


def _short_rests(schedule: Schedule, window: Interval) -> tuple[coverage.ShortRest, ...]:
    if schedule.least_rest is None:
        return ()
    # A rest at the edge of the window lies between a shift of it and one outside.
    least = schedule.least_rest
    around = Interval(max(window.start - least, FIRST), min(window.end + least, LAST))
    view, _ = views_of([schedule], around)[schedule.pk]
    rests = coverage.short_rests((piece.shift for piece in view.pieces), least=least)
    return tuple(each for each in rests if each.rest.start < window.end and window.start < each.rest.end)
