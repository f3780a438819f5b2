"""How do the bars, days and lines of the timeline become markup? Here: for hundreds of them templates take too long."""

from collections.abc import Iterable
from html import escape
from typing import Final

from django import template
from django.utils.safestring import SafeString, mark_safe

from oncall.pages.templatetags.moments import icon
from oncall.pages.timeline.chart import DayBand
from oncall.pages.timeline.drawing import Bar
from oncall.pages.timeline.rows import Entry

register = template.Library()

ROUND: Final = 6
# How the stylesheet cannot fill them.
PATTERNS: Final = {"gap": ' fill="url(#chart-gap)"', "silence": ' fill="url(#chart-silence)"'}
ICONS: Final = {"gap": "acting", "silence": "silence"}


@register.filter
def drawn_bars(bars: Iterable[Bar]) -> SafeString:
    """Return bars: links where they lead somewhere, with their words as a tooltip and, where they fit, on them."""
    return mark_safe("".join(map(_bar, bars)))  # noqa: S308 - escaped below


@register.filter
def drawn_days(days: Iterable[DayBand]) -> SafeString:
    """Return the days as columns with what is written above them."""
    return mark_safe("".join(map(_day, days)))  # noqa: S308 - escaped below


@register.filter
def table_rows(entries: Iterable[Entry]) -> SafeString:
    """Return the rows of the table, each with its role, which some browsers forget where rows are laid out anew."""
    return mark_safe("\n".join(map(_row, entries)))  # noqa: S308 - escaped below


def _bar(bar: Bar) -> str:
    mark = bar.mark
    # A drawing inside the drawing, so that words are cut off where their bar ends.
    place = 'x="50%" text-anchor="middle"' if bar.is_tight else 'x="7"'
    text = f'<text {place} y="50%" dy="0.35em">{escape(bar.text)}</text>' if bar.text else ""
    corners, fill = 0 if mark.is_past else ROUND, PATTERNS.get(mark.kind, "")
    inside = (
        f'<title>{escape(mark.title)}</title><svg x="{bar.x}" width="{bar.width}" y="{bar.y}" height="{bar.height}">'
        f'<rect width="100%" height="100%" rx="{corners}"{fill}/>{text}</svg>'
    )
    if not mark.href:
        return f'<g class="{bar.classes}">{inside}</g>'
    opens = " data-change" if mark.opens else ""
    return f'<a class="{bar.classes}" href="{escape(mark.href)}"{opens}>{inside}</a>'


def _day(day: DayBand) -> str:
    classes = f"day{' weekend' if day.is_weekend else ''}{' today' if day.is_today else ''}"
    hours = f'<tspan class="odd" dx="6">{day.hours}</tspan>' if day.hours else ""
    below = f'<text class="hour" x="6" y="36">{escape(day.below)}</text>' if day.below else ""
    return (
        f'<g class="{classes}"><svg x="{day.x}" width="{day.width}" height="100%"><rect width="100%" height="100%"/>'
        f'<line x1="0" x2="0" y1="0" y2="100%"/><text x="6" y="18">{escape(day.label)}{hours}</text>{below}</svg></g>'
    )


def _row(entry: Entry) -> str:
    begins, ends = entry.when
    which = f'<span class="unseen"> {escape(entry.who)} from {begins}</span>'
    sign = f"{icon(ICONS[entry.kind])} " if entry.kind in ICONS else ""
    now = ' <span class="tag">Now</span>' if entry.is_now else ""
    change = f' <a href="{escape(entry.change)}" data-change>Change{which}</a>' if entry.change else ""
    return (
        f'<tr role="row" class="{entry.kind}{" here" if entry.is_now else ""}"><td role="cell">{begins}</td>'
        f'<td role="cell">{ends}</td><th scope="row" role="rowheader">{sign}{escape(entry.who)}{now}</th>'
        f'<td role="cell">{escape(entry.why)}</td><td role="cell" class="links">'
        f'<a href="{escape(entry.href)}">Why?{which}</a>{change}</td></tr>'
    )
