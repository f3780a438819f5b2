"""What does a schedule's page show besides its settings? Who is on call now, and the coming four weeks with their gaps.

Everything here is read, in a fixed number of queries, and made ready for the template: moments as the schedule's own
clocks show them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from rotations import queries
from rotations.admin.history import Entry, entries_of
from rotations.admin.wall_clock import instant_of, shown
from rotations.engine.intervals import Interval
from rotations.models import Override, Person, Rotation, RotationVersion, Schedule, Slot
from rotations.queries.warnings import open_warnings

WEEKS = 4
CHANGES_SHOWN = 20
WARNINGS_SHOWN = 20
COLOURS = 8
LANE_HEIGHT = 30


@dataclass(frozen=True)
class Row:
    """One line of the coming weeks: a person's shift, a gap, or planned silence."""

    kind: str
    span: Interval
    who: str
    starts: str
    ends: str
    colour: int = 0


@dataclass(frozen=True)
class Bar:
    """A row drawn in one week: ``left`` and ``width`` in percent of the week, ``top`` in pixels."""

    row: Row
    left: str
    width: str
    top: int


@dataclass(frozen=True)
class Week:
    """Seven days from ``days[0]`` on, with what falls into them; ``height`` in pixels."""

    days: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    height: int


@dataclass(frozen=True)
class Edit:
    """An edit of a rotation that is still to come, in words."""

    version: RotationVersion
    since: str
    order: str
    handoffs: str


@dataclass(frozen=True)
class Line:
    """A rotation in words."""

    rotation: Rotation
    order: str
    handoffs: str
    has_ended: bool
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Panel:
    schedule: Schedule
    now: queries.OnCall
    on_call: tuple[tuple[str, str], ...]
    next_up: str
    rotations: tuple[Line, ...]
    overrides: tuple[tuple[Override, str, str], ...]
    weeks: tuple[Week, ...]
    rows: tuple[Row, ...]
    gaps: tuple[Row, ...]
    changes: tuple[Entry, ...]
    has_more_changes: bool
    warnings: tuple[tuple[str, str, str], ...]
    more_warnings: int


def panel_of(schedule: Schedule, *, now: datetime) -> Panel:
    """Return what the page of ``schedule`` shows at ``now``."""
    zone = schedule.zone
    days = tuple(_days(now.astimezone(zone).date()))
    midnights = [instant_of(datetime.combine(day, time()), zone) for day in days]
    rows = _rows(queries.shifts_of(schedule, window=Interval(now, midnights[-1]), merge=True), zone)
    answer = queries.on_call([schedule], at=now)[0]
    changes = list(schedule.changes.all()[: CHANGES_SHOWN + 1])
    warnings = open_warnings([schedule], now=now)[schedule.pk]
    return Panel(
        schedule=schedule,
        now=answer,
        on_call=tuple((each.person.name, shown(each.until, zone)) for each in answer.people),
        next_up=_next_up(answer, zone),
        rotations=tuple(
            _line(rotation, now, zone) for rotation in schedule.rotations.prefetch_related(loaded_versions())
        ),
        overrides=tuple(
            (override, shown(override.start, zone), shown(override.end, zone))
            for override in schedule.overrides.filter(end__gt=now)
            .select_related("person", "replaces", "rotation")
            .order_by("start", "id")
        ),
        weeks=tuple(_week(days[n : n + 7], midnights[n : n + 8], rows) for n in range(0, 7 * WEEKS, 7)),
        rows=rows,
        gaps=tuple(row for row in rows if row.kind == "gap"),
        changes=entries_of(changes[:CHANGES_SHOWN], zone),
        has_more_changes=len(changes) > CHANGES_SHOWN,
        warnings=tuple(
            (warning.text, shown(warning.start, zone), shown(warning.end, zone))
            for warning in warnings[:WARNINGS_SHOWN]
        ),
        more_warnings=max(len(warnings) - WARNINGS_SHOWN, 0),
    )


def _days(today: date) -> Iterator[date]:
    yield from (today + timedelta(days=n) for n in range(7 * WEEKS + 1))


def _next_up(answer: queries.OnCall, zone: ZoneInfo) -> str:
    if answer.next is None:
        return ""
    names = " and ".join(person.name for person in answer.next.people) or "nobody"
    return f"{names} from {shown(answer.next.at, zone)}"


def _rows(answer: queries.ShiftList, zone: ZoneInfo) -> tuple[Row, ...]:
    colours: dict[int, int] = {}
    found: list[tuple[str, datetime, datetime, Person | None]] = [
        ("shift", shift.start, shift.end, shift.person) for shift in answer.shifts
    ]
    found += [("gap", gap.start, gap.end, None) for gap in answer.gaps]
    found += [("silence", silence.start, silence.end, None) for silence in answer.silence]
    names = {"gap": "Nobody", "silence": "Planned silence"}
    return tuple(
        Row(
            kind=kind,
            span=Interval(start, end),
            who=person.name if person else names[kind],
            starts=shown(start, zone),
            ends=shown(end, zone) if end < answer.window.end else "later",
            colour=colours.setdefault(person.pk, len(colours)) % COLOURS if person else 0,
        )
        for kind, start, end, person in sorted(found, key=lambda each: each[1:3])
    )


def _week(days: Sequence[date], midnights: Sequence[datetime], rows: Iterable[Row]) -> Week:
    """Draw the rows that fall between the first and the last midnight, side by side where they overlap."""
    window = Interval(midnights[0], midnights[-1])
    free_from: list[datetime] = []
    bars = []
    for row in rows:
        part = row.span.clip(window)
        if part is None:
            continue
        lane = next((n for n, end in enumerate(free_from) if end <= part.start), len(free_from))
        free_from[lane : lane + 1] = [part.end]
        bars.append(Bar(row, _percent(part.start, window), _percent(part.end, window, part.start), lane * LANE_HEIGHT))
    labels = tuple(
        (f"{day:%a} {day.day} {day:%b}", _percent(midnight, window))
        for day, midnight in zip(days, midnights, strict=False)
    )
    return Week(labels, tuple(bars), max(len(free_from), 1) * LANE_HEIGHT)


def _percent(moment: datetime, window: Interval, since: datetime | None = None) -> str:
    return f"{100 * ((moment - (since or window.start)) / window.length):.3f}%"


def loaded_versions() -> "Prefetch[str]":
    """Return what loads the versions of rotations with their order and hours, but not the people carried over."""
    slots = Slot.objects.filter(position__isnull=False).prefetch_related("members__person")
    return Prefetch("versions", queryset=RotationVersion.objects.prefetch_related(Prefetch("slots", slots), "windows"))


def _line(rotation: Rotation, now: datetime, zone: ZoneInfo) -> Line:
    version = version_shown(rotation, now)
    has_ended = rotation.ends_at is not None and rotation.ends_at <= now
    return Line(
        rotation=rotation,
        order=order_of(version),
        handoffs=_handoffs(version),
        has_ended=has_ended,
        edits=tuple(
            Edit(each, shown(each.effective_at, zone), order_of(each), _handoffs(each))
            for each in (() if has_ended else edits_to_come(rotation, now))
        ),
    )


def _handoffs(version: RotationVersion) -> str:
    hours = "; ".join(str(window) for window in version.windows.all())
    return f"{_cadence(version)}{f', only {hours}' if hours else ''}, {version.zone}"


def version_shown(rotation: Rotation, now: datetime) -> RotationVersion:
    """Return the version in force, or the first one where none is yet; the versions are loaded, in order."""
    versions = list(rotation.versions.all())
    return next((each for each in reversed(versions) if each.effective_at <= now), versions[0])


def edits_to_come(rotation: Rotation, now: datetime) -> tuple[RotationVersion, ...]:
    """Return the versions after the first that have not begun, in order."""
    return tuple(each for each in [*rotation.versions.all()][1:] if each.effective_at > now)


def order_of(version: RotationVersion) -> str:
    """Return the order of a version whose slots are loaded, such as ``Ada → Bo & Cy → nobody``."""
    return " → ".join(
        " & ".join(str(member) for member in slot.members.all()) or "nobody" for slot in version.slots.all()
    )


def _cadence(version: RotationVersion) -> str:
    anchor = datetime.fromisoformat(version.anchor)
    lasts = f"every {version.every} {version.get_unit_display()}"
    match version.every, version.unit:
        case 1, "week":
            return f"every {anchor:%A} at {anchor:%H:%M}"
        case _, "week":
            return f"{lasts}, {anchor:%A} at {anchor:%H:%M}"
        case 1, "day":
            return f"daily at {anchor:%H:%M}"
        case _, "month":
            return f"{'monthly' if version.every == 1 else lasts}, on day {anchor.day} at {anchor:%H:%M}"
        case _, "day":
            return f"{lasts} at {anchor:%H:%M}"
        case _:
            return f"{'hourly' if version.every == 1 else lasts}, from {anchor:%H:%M}"
