"""What becomes of somebody's absences when a calendar says otherwise than the last time?

Each event of a feed is one absence, that is changed in place for as long as the event is there. What happened stays: an
absence that has begun keeps its start and ends now at the earliest. Those entered by hand are never touched.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from rotations.actors import Actor
from rotations.incoming import Occurrence
from rotations.models import Absence, AbsenceFeed
from rotations.services.absentees import hold_schedules_of, note_absences, values_of

PAGE: Final = 200


@dataclass(slots=True)
class _Changes:
    """``known`` are rows as they are stored, by id; ``named`` rows differ in nothing but the name of their event."""

    known: dict[int, dict[str, Any]]
    added: list[Absence] = field(default_factory=list)
    edited: list[Absence] = field(default_factory=list)
    ended: list[Absence] = field(default_factory=list)
    removed: list[Absence] = field(default_factory=list)
    named: list[Absence] = field(default_factory=list)

    @property
    def matter(self) -> bool:
        """Tell whether an answer may be another."""
        return bool(self.added or self.edited or self.ended or self.removed)


def replace_absences(feed: AbsenceFeed, occurrences: Sequence[Occurrence], *, by: Actor, now: datetime) -> None:
    """Let the absences of ``feed`` be ``occurrences`` from now on; nothing is written where they are already.

    The caller holds the person and the feed.
    """
    changes = _changes(feed, occurrences, now)
    if not changes.matter:
        Absence.objects.bulk_update(changes.named, ["uid", "recurrence"], batch_size=PAGE)
        return
    schedules, moment = hold_schedules_of(feed.person, now=now)
    changes = _changes(feed, occurrences, moment)
    _store(feed, changes, moment)
    if changes.matter:
        stays = [*changes.edited, *changes.ended]
        before = [changes.known[row.pk] for row in (*stays, *changes.removed)]
        note_absences(
            schedules,
            "absences_read",
            f"{feed}: {_counted(changes)}",
            before={"feed": feed.pk, "absences": before},
            after={"feed": feed.pk, "absences": [values_of(row) for row in (*stays, *changes.added)]},
            by=by,
            now=moment,
        )


def take_back(feed: AbsenceFeed, *, by: Actor, now: datetime) -> None:
    """Take back what ``feed`` says of the future, and end what runs. The caller holds the person and the feed."""
    replace_absences(feed, (), by=by, now=now)


def _changes(feed: AbsenceFeed, occurrences: Iterable[Occurrence], moment: datetime) -> _Changes:
    rows = list(feed.absences.filter(end__gt=moment).order_by("pk"))
    for row in rows:
        row.person = feed.person
    changes = _Changes(known={row.pk: values_of(row) for row in rows})
    new = [each for each in occurrences if each.end > moment]
    pairs, left = _paired(rows, new, moment)
    for row, event in pairs:
        if event is None:
            _end(changes, row, moment)
        else:
            _edit(changes, feed, row, event, moment)
    changes.added += [_row(feed, event, moment) for event in left]
    return changes


def _paired(
    rows: Sequence[Absence], events: Sequence[Occurrence], moment: datetime
) -> tuple[list[tuple[Absence, Occurrence | None]], list[Occurrence]]:
    """Return each row with its event, if there is one still, and the events that are left.

    It is the event of the same name or else of the same span: some calendars name all events anew each time.
    """
    by_name = {(event.uid, event.recurrence): event for event in events}
    named = [(row, by_name.pop((row.uid, row.recurrence), None)) for row in rows]
    by_span = {(max(event.start, moment), event.end): event for event in by_name.values()}
    pairs: list[tuple[Absence, Occurrence | None]] = []
    for row, event in named:
        found = event or by_span.pop((max(row.start, moment), row.end), None)
        if found is not None:
            by_name.pop((found.uid, found.recurrence), None)
        pairs.append((row, found))
    return pairs, list(by_name.values())


def _edit(changes: _Changes, feed: AbsenceFeed, row: Absence, event: Occurrence, moment: datetime) -> None:
    if row.start < moment < event.start:
        # They are back, and leave again later.
        _end(changes, row, moment)
        changes.added.append(_row(feed, event, moment))
        return
    is_named_anew = (row.uid, row.recurrence) != (event.uid, event.recurrence)
    row.uid, row.recurrence, row.reason = event.uid, event.recurrence, feed.name
    row.start = row.start if row.start < moment else max(event.start, moment)
    row.end = event.end
    if values_of(row) != changes.known[row.pk]:
        changes.edited.append(row)
    elif is_named_anew:
        changes.named.append(row)


def _end(changes: _Changes, row: Absence, moment: datetime) -> None:
    if moment <= row.start:
        changes.removed.append(row)
        return
    row.end, row.uid, row.recurrence = moment, "", ""
    changes.ended.append(row)


def _row(feed: AbsenceFeed, event: Occurrence, moment: datetime) -> Absence:
    return Absence(
        person=feed.person,
        feed=feed,
        uid=event.uid,
        recurrence=event.recurrence,
        start=max(event.start, moment),
        end=event.end,
        # Not what the event is called: that may be nobody's business, and everybody sees the reason.
        reason=feed.name,
        created_at=moment,
    )


def _store(feed: AbsenceFeed, changes: _Changes, moment: datetime) -> None:
    Absence.objects.filter(pk__in=[row.pk for row in changes.removed]).delete()
    # An event whose absence is over may be moved into the future: then it is another absence by its name.
    feed.absences.filter(end__lte=moment).exclude(uid="").update(uid="", recurrence="")
    changed = [*changes.ended, *changes.edited, *changes.named]
    Absence.objects.bulk_update(changed, ["start", "end", "reason", "uid", "recurrence"], batch_size=PAGE)
    Absence.objects.bulk_create(changes.added, batch_size=PAGE)


def _counted(changes: _Changes) -> str:
    counts = {
        "added": len(changes.added),
        "changed": len(changes.edited),
        "ended": len(changes.ended),
        "removed": len(changes.removed),
    }
    return "absences " + ", ".join(f"{count} {what}" for what, count in counts.items() if count)
