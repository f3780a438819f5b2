"""How does a bar of the timeline become SVG? Here and not in a template, which takes ten times as long for hundreds."""

from typing import Final

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from oncall.pages.timeline.drawing import Bar

register = template.Library()

ROUND: Final = 6
# How the stylesheet cannot fill them.
PATTERNS: Final = {"gap": ' fill="url(#chart-gap)"', "silence": ' fill="url(#chart-silence)"'}


@register.filter
def drawn(bar: Bar) -> SafeString:
    """Return the bar: a link where it leads somewhere, with its words as a tooltip and, where they fit, on it."""
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
        return mark_safe(f'<g class="{bar.classes}">{inside}</g>')  # noqa: S308 - escaped above
    opens = " data-change" if mark.opens else ""
    link = f'<a class="{bar.classes}" href="{escape(mark.href)}"{opens}>{inside}</a>'
    return mark_safe(link)  # noqa: S308 - escaped above
