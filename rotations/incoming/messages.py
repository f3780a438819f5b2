"""How do the two processes understand each other? In JSON: what one of them says is read as data, and never as code."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from rotations.engine.intervals import Interval
from rotations.incoming.terms import Occurrence, Question, Reading, Unreadable


def question_to_line(question: Question) -> bytes:
    """Return ``question`` as one line."""
    span = [question.window.start.isoformat(), question.window.end.isoformat()]
    said = {"window": span, "zone": question.zone.key, "keywords": question.keywords}
    return json.dumps(said).encode() + b"\n"


def question_from(line: bytes) -> Question:
    """Return what a line of ``question_to_line`` asks."""
    said = json.loads(line)
    window = Interval(*(datetime.fromisoformat(text) for text in said["window"]))
    return Question(window, ZoneInfo(said["zone"]), tuple(said["keywords"]))


def answer_to_json(reading: Reading) -> str:
    """Return ``reading`` as text."""
    occurrences = [(*each[:2], each.start.isoformat(), each.end.isoformat()) for each in reading.occurrences]
    return json.dumps({"occurrences": occurrences, "skipped": reading.skipped})


def refusal_to_json(refusal: Unreadable) -> str:
    """Return ``refusal`` as text."""
    return json.dumps({"code": refusal.code, "detail": refusal.detail})


def answer_from(text: bytes) -> Reading:
    """Return what an answer says.

    Raises:
        Unreadable: that is what it says.
    """
    said = json.loads(text)
    if "code" in said:
        raise Unreadable(said["code"], said["detail"])
    occurrences = (
        Occurrence(uid, recurrence, datetime.fromisoformat(start), datetime.fromisoformat(end))
        for uid, recurrence, start, end in said["occurrences"]
    )
    return Reading(tuple(occurrences), said["skipped"])
