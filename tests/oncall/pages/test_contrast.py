"""Can what the pages say be read, in light and dark?"""

import re
from pathlib import Path

import pytest

from oncall.pages.timeline.colours import COLOURS

SHEET = Path(__file__).parents[3] / "oncall/pages/static/pages/colours.css"
AA = 4.5
# What is written on what.
PAIRS = [
    *[(ink, paper) for ink in ("text", "muted", "bad", "action") for paper in ("ground", "surface", "raised")],
    *[(ink, "surface") for ink in ("good", "wait", "sev-2")],
    *[(ink, "action-quiet") for ink in ("text", "muted", "good", "wait", "bad")],
    *[(ink, "bad-quiet") for ink in ("text", "muted", "bad")],
    ("good", "good-quiet"),
    ("wait", "wait-quiet"),
    ("action-text", "action"),
    ("sev-text", "sev-1"),
    ("sev-text", "sev-2"),
    *[("who-text", f"who-{n}") for n in range(COLOURS)],
    *[(ink, paper) for ink in ("wait", "bad") for paper in ("surface", "raised")],
    ("bar-text", "bar"),
    ("bar-muted", "bar"),
]
# The outline of what can be pressed or filled in needs 3 : 1 (WCAG 1.4.11).
OUTLINES = [
    ("line-strong", "surface"),
    ("line-strong", "ground"),
    ("action", "surface"),
    *[(f"who-{n}", paper) for n in range(COLOURS) for paper in ("surface", "raised")],
]


def palettes() -> dict[str, dict[str, str]]:
    light, dark = SHEET.read_text().split("@media")
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text)) for text in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_contrast_that_the_formula_promises():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_it_is_written_on(scheme: str):
    palette = palettes()[scheme]

    faint = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in PAIRS}

    assert {pair: ratio for pair, ratio in faint.items() if ratio < AA} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_control_stands_out_from_what_it_lies_on(scheme: str):
    palette = palettes()[scheme]

    faint = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in OUTLINES}

    assert {pair: ratio for pair, ratio in faint.items() if ratio < 3} == {}
