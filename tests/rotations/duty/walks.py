"""Random edits of a schedule at increasing moments, and the answers that none of them may change."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.core.exceptions import ValidationError

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Refusal
from rotations.models import Absence, AbsencePolicy, Override, OverrideKind, Person, Rotation
from rotations.queries import on_call, shifts_of
from rotations.services import absences, overrides, people, rotations, schedules, swaps
from rotations.services.duty import settle_due_schedules
from tests.factories.rotations import draft, hours, person, reading, schedule, shadow, weekly_rotation

START = datetime(2026, 10, 19, 6, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
SYSTEM = Actor.system()


class Walk:
    """A schedule under edit. ``now`` only moves on."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.now = START
        self.crew = [person(f"{name}{seed}") for name in ("Ada", "Bo", "Cy", "Dee", "Elif")]
        self.schedule = schedule(f"walk{seed}", absence_policy=self.dice.choice(AbsencePolicy.values))
        for layer in (1, 1, 2):
            weekly_rotation(self.schedule, **self._rotation(layer=layer), effective_at=START - 30 * DAY, now=START)
        settle_due_schedules(now=START)

    @property
    def acts(self) -> list[Callable[[], Any]]:
        return [
            self._override, self._override, self._override, self._end_override, self._edit, self._edit, self._rename,
            self._add, self._end, self._leave, self._return, self._policy, self._absence, self._back, self._take,
            self._settle,
        ]  # fmt: skip

    def step(self) -> str:
        """Let some time pass, then do something, which may be refused; say what."""
        self.now += self.dice.choice([timedelta(), timedelta(minutes=7), 5 * HOUR, 30 * HOUR, 6 * DAY])
        act = self.dice.choice(self.acts)
        with suppress(Refusal, ValidationError):
            act()
        return act.__name__

    def answers(self, until: datetime) -> list[object]:
        """Return everything there is to say of the time from the start until a moment."""
        return [*map(self._at, moments(START, until)), *([self._listed(until)] if until > START else [])]

    def _at(self, moment: datetime) -> object:
        [answer] = on_call([self.schedule], at=moment)
        # What was before the record is computed for good, and an edit may compute it anew.
        on = [(one.person.pk, max(one.since, START), one.source, one.also) for one in answer.people]
        return moment, on, [one.pk for one in answer.shadows], answer.silence

    def _listed(self, until: datetime) -> object:
        listed = shifts_of(self.schedule, window=Interval(START, until))
        rows = [(row.person.pk, row.start, row.end, row.source, row.uid, row.rotation_name) for row in listed.shifts]
        return rows, listed.gaps, listed.silence

    def _someone(self) -> Person:
        return Person.objects.get(pk=self.dice.choice(self.crew).pk)

    def _rotation(self, **fields: Any) -> dict[str, Any]:
        crew: list[Any] = self.dice.sample(self.crew, self.dice.randint(1, 4))
        if len(crew) > 2:
            first, second, *crew = crew
            crew.append([first, self.dice.choice([second, shadow(second)])])
        windows = self.dice.choice([[], [hours("09:00", "17:00")], [hours("22:00", "06:00", "fri", "sat", "sun")]])
        return {
            "crews": crew,
            "name": self.dice.choice(["Primary", "Backup"]),
            "unit": self.dice.choice(["day", "day", "week", "hour"]),
            "every": self.dice.choice([1, 2, 5]),
            "zone": self.dice.choice(ZONES),
            "windows": windows,
            "anchor": reading(f"2026-10-0{self.dice.randint(1, 9)}T0{self.dice.randint(0, 9)}:00"),
            **fields,
        }

    def _one_rotation(self) -> Rotation:
        return self.dice.choice(list(Rotation.objects.filter(schedule=self.schedule).order_by("pk")))

    def _span(self) -> dict[str, datetime]:
        start = self.now + self.dice.randint(-2, 30) * HOUR
        return {"start": start, "end": start + self.dice.randint(1, 60) * HOUR}

    def _do(self, service: Callable[..., Any], *of: Any, **fields: Any) -> None:
        service(*of, **fields, by=SYSTEM, now=self.now)

    def _override(self) -> None:
        kind = self.dice.choice(OverrideKind.values)
        named: dict[str, Any] = {}
        if kind in {OverrideKind.REPLACE, OverrideKind.ADD}:
            named["person"] = self._someone()
        if kind == OverrideKind.REMOVE or (kind == OverrideKind.REPLACE and self.dice.random() < 0.7):
            named["replaces"] = self._someone()
        if kind != OverrideKind.SILENCE and self.dice.random() < 0.3:
            named["rotation"] = self._one_rotation()
        self._do(overrides.add_override, self.schedule, kind=kind, **named, **self._span())

    def _end_override(self) -> None:
        for override in Override.objects.filter(schedule=self.schedule, end__gt=self.now).order_by("?")[:1]:
            self._do(overrides.end_override, override)

    def _edit(self) -> None:
        later = self.dice.choice([None, None, self.now + 20 * HOUR])
        new = draft(**self._rotation(layer=self.dice.randint(1, 2)))
        self._do(rotations.edit_rotation, self._one_rotation(), draft=new, effective_at=later)

    def _rename(self) -> None:
        self._do(people.edit_person, self._someone(), name=self.dice.choice(["Ada", "Zoe"]))

    def _add(self) -> None:
        self._do(rotations.add_rotation, self.schedule, draft=draft(**self._rotation(layer=self.dice.randint(1, 3))))

    def _end(self) -> None:
        self._do(rotations.end_rotation, self._one_rotation())

    def _leave(self) -> None:
        self._do(people.deactivate_person, self._someone())

    def _return(self) -> None:
        self._do(people.reactivate_person, self._someone())

    def _policy(self) -> None:
        policy = self.dice.choice(AbsencePolicy.values)
        self._do(schedules.edit_schedule, self.schedule, absence_policy=policy)

    def _absence(self) -> None:
        self._do(absences.add_absence, self._someone(), **self._span())

    def _back(self) -> None:
        for away in Absence.objects.filter(end__gt=self.now).order_by("?")[:1]:
            self._do(absences.delete_absence, away)

    def _take(self) -> None:
        """Let somebody take over from somebody who is on call."""
        for one in on_call([self.schedule], at=self.now + 3 * HOUR)[0].people[:1]:
            if one.source.rotation is not None and one.source.ordinal is not None and one.source.kind == "rotation":
                self._do(
                    swaps.take_shift,
                    Rotation.objects.get(pk=one.source.rotation),
                    ordinal=one.source.ordinal,
                    replaces=one.person,
                    person=self._someone(),
                )

    def _settle(self) -> None:
        settle_due_schedules(now=self.now)


def moments(start: datetime, until: datetime) -> list[datetime]:
    """Return moments from the start up to, but not including, the end: spread, and the last instants."""
    if until <= start:
        return []
    step = max((until - start) / 10, timedelta(minutes=1))
    spread = [start + number * step for number in range(11)]
    return sorted({moment for moment in [*spread, until - timedelta(microseconds=1)] if moment < until})
