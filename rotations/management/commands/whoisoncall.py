"""Who is on call? Asked from a shell."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rotations.errors import Refusal
from rotations.models import Schedule
from rotations.queries import OnCall, OnCallPerson, active_schedules, on_call

SHOWN = "%a %Y-%m-%d %H:%M %Z"


class Command(BaseCommand):
    """Print who is on call, one block for each schedule, with times in the schedule's zone."""

    help = "Print who is on call now, or at a moment, in one schedule or in all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schedule", nargs="?", help="a schedule's slug; all schedules when left out")
        parser.add_argument("--at", help="an ISO 8601 time such as 2026-11-20T03:14:00Z; UTC when it has no offset")

    def handle(self, *, schedule: str | None, at: str | None, **_options: Any) -> None:
        moment = _moment(at) if at else timezone.now()
        try:
            answers = on_call(_chosen(schedule), at=moment)
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
        if not answers:
            self.stderr.write("There are no schedules yet.")
        for answer in answers:
            self.stdout.write("\n".join(_told(answer)))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CommandError(f"{text!r} is no time; write one such as 2026-11-20T03:14:00Z.") from error


def _chosen(slug: str | None) -> list[Schedule]:
    schedules = list(active_schedules() if slug is None else active_schedules().filter(slug=slug))
    if slug is not None and not schedules:
        raise CommandError(f"There is no schedule {slug!r}.")
    return schedules


def _told(answer: OnCall) -> list[str]:
    zone = answer.schedule.zone
    lines = [f"{answer.schedule.name} ({answer.schedule.slug})"]
    lines += [f"  {_person(entry, zone)}" for entry in answer.people]
    if not answer.people:
        lines.append("  nobody, as planned" if answer.silence else "  nobody")
    if answer.shadows:
        lines.append(f"  shadows: {', '.join(person.name for person in answer.shadows)}")
    if answer.next is not None:
        names = ", ".join(person.name for person in answer.next.people)
        lines.append(f"  next: {names} from {_shown(answer.next.at, zone)}")
    return lines


def _person(entry: OnCallPerson, zone: ZoneInfo) -> str:
    how = "" if entry.source.kind == "rotation" else f", by {entry.source.kind.replace('_', ' ')}"
    return f"{entry.person.name} <{entry.person.email}> until {_shown(entry.until, zone)}{how}"


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime(SHOWN)
