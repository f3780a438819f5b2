"""What can a calendar do to whoever has it read? Nothing, and not for long."""

from ast import literal_eval
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rotations.engine.intervals import Interval
from rotations.incoming import Confinement, Question, Reading, Unreadable, read_confined
from rotations.incoming.reading import read_calendar
from tests.calendars import calendar
from tests.imports import source_tree

NOW = datetime(2026, 12, 1, tzinfo=UTC)
QUESTION = Question(Interval(NOW, NOW + timedelta(days=400)), ZoneInfo("Europe/Berlin"), ("off",))


def test_what_is_read_apart_is_what_is_read_here():
    content = calendar(
        "UID:1 SUMMARY:off DTSTART;VALUE=DATE:20261224 RRULE:FREQ=WEEKLY;COUNT=3",
        "UID:ü SUMMARY:Off DTSTART:20261224T090000 DTEND:20261224T170000",
        "UID:3 SUMMARY:off DTSTART:nonsense",
    )

    reading = read_confined(content, QUESTION)

    assert reading == read_calendar(content, QUESTION)
    assert (len(reading.occurrences), reading.skipped) == (4, 1)


@pytest.mark.parametrize(
    ("what", "content", "code"),
    [
        ("a path", b"/etc/passwd", "not_a_calendar"),
        (
            "a rule without a step",
            calendar("UID:1 SUMMARY:off DTSTART:20261224 RRULE:FREQ=DAILY;INTERVAL=0"),
            "too_expensive",
        ),
        (
            "one line without end",
            b"BEGIN:VCALENDAR\r\nX-A" + b";a=b" * 500_000 + b":x\r\nEND:VCALENDAR",
            "too_expensive",
        ),
    ],
)
def test_what_would_take_for_ever_is_ended(what, content, code):
    with pytest.raises(Unreadable) as refused:
        read_confined(content, QUESTION, confinement=Confinement(seconds=1))

    assert refused.value.code == code


def test_what_needs_too_much_memory_is_ended():
    with pytest.raises(Unreadable) as refused:
        read_confined(bytes(32 * 1024 * 1024), QUESTION, confinement=Confinement(memory=64 * 1024 * 1024))

    assert refused.value.code == "too_expensive"


def test_a_reader_that_fails_is_noticed_and_quotes_nothing(monkeypatch, tmp_path, caplog):
    (tmp_path / "icalendar.py").write_text("raise RecursionError('hidden')")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(Unreadable) as refused:
        read_confined(calendar(), QUESTION)

    assert refused.value.code == "not_a_calendar"
    assert [(record.message, record.facts) for record in caplog.records] == [
        ("calendar_reader_failed", {"exception": "RecursionError"})
    ]


def test_the_reader_knows_nothing_of_our_environment(monkeypatch, tmp_path):
    # Python imports a module of this name, if there is one, before anything else.
    code = f"import os\nopen({str(tmp_path / 'seen')!r}, 'w').write(str({{*os.environ}}))"
    (tmp_path / "sitecustomize.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("ONCALL_SECRET_KEY", "hidden")

    assert read_confined(calendar(), QUESTION) == Reading((), 0)
    assert literal_eval((tmp_path / "seen").read_text()) - {"LC_CTYPE"} == {"PYTHONPATH", "PYTHONUTF8"}


def test_the_reader_needs_no_django():
    tree = source_tree(Path(__file__).parents[3], "rotations")
    ours = {name: text for name, text in tree.items() if name.startswith("rotations.incoming")}

    assert "rotations.incoming.reading" in ours
    assert [name for name, text in ours.items() if "django" in text.lower()] == []
