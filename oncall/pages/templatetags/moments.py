"""How are moments and spans said? In the viewer's zone, near ones short, each with the exact moment behind it."""

from datetime import date, datetime, time, timedelta
from functools import partial

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from oncall.incidents.wording import with_moments
from oncall.pages.shares import in_hours

register = template.Library()

MIDNIGHT = time()


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime, *, seconds: bool = False, dated: bool = False) -> SafeString:
    """Return ``at`` as ``14:05`` today, ``tomorrow 14:05``, ``Mon 14:05`` in the next six days, else with its date.

    ``dated``: always with its date, where near moments stand among far ones.
    """
    if dated:
        local = timezone.localtime(at)
        return _time(at, f"{_date(local.date(), today=timezone.localtime(context['now']).date())} {local:%H:%M}")
    return _time(at, _words(at, now=context["now"], seconds=seconds))


@register.simple_tag
def today(now: datetime) -> SafeString:
    """Return the date and clock of ``now``, such as ``Friday 20 November, 23:05``."""
    local = timezone.localtime(now)
    return _time(now, f"{local:%A} {local.day} {local:%B}, {local:%H:%M}")


@register.simple_tag(takes_context=True)
def away(context: Context, at: datetime) -> str:
    """Return how far ``at`` is from now: ``in 2 h 14 min`` or ``5 min ago``."""
    distance = at - context["now"]
    return f"{in_words(-distance)} ago" if distance < timedelta(0) else f"in {in_words(distance)}"


@register.simple_tag(takes_context=True)
def countdown(context: Context, deadline: datetime) -> SafeString:
    """Return what is left until ``deadline``; the page's script counts it down by the second."""
    left = deadline - context["now"]
    words = f"{in_words(left)} left" if left > timedelta(0) else "time is up"
    return format_html('<time datetime="{}" data-deadline>{}</time>', _iso(deadline), words)


@register.simple_tag(takes_context=True)
def starts(context: Context, at: datetime) -> SafeString:
    """Return how far ahead ``at`` is, ``In 2 h 14 min``; the page's script counts the last hour by the second."""
    words = f"In {in_words(at - context['now'])}"
    return format_html('<time datetime="{}" data-deadline="starts">{}</time>', _iso(at), words)


@register.simple_tag(takes_context=True)
def days(context: Context, start: datetime, end: datetime) -> SafeString:
    """Return a span that begins and ends at midnight as its days, ``Mon to Wed``, any other as ``moment`` does."""
    begins, ends, today = (timezone.localtime(each) for each in (start, end, context["now"]))
    if begins.time() != MIDNIGHT or ends.time() != MIDNIGHT:
        return format_html("{} to {}", moment(context, start), moment(context, end))
    first, last = begins.date(), ends.date() - timedelta(days=1)
    said = [_time(at, _day(day, today=today.date()) or "today") for at, day in ((start, first), (end, last))]
    return said[0] if first == last else format_html("{} to {}", *said)


@register.filter
def words(code: str) -> str:
    """Return a code as words: ``Absence cover``."""
    return code.replace("_", " ").capitalize()


@register.filter
def moments_in_place(text: str, now: datetime) -> str:
    """Return ``text`` with the UTC moments written in it said as the viewer reads them."""
    return with_moments(text, now=now, say=partial(_words, now=now))


@register.filter
def lasting(start: datetime, end: datetime) -> str:
    """Return the span from ``start`` to ``end`` in words."""
    return in_words(end - start)


@register.filter
def hours(span: timedelta) -> str:
    """Return ``span`` in hours, to two digits: ``167.5 h``."""
    return in_hours(span)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return the drawing ``name``; it stands beside a word and is hidden from screen readers."""
    return mark_safe(get_template(f"pages/icons/{name}.svg").render())  # noqa: S308 - our own file


def in_words(span: timedelta) -> str:
    """Return ``span`` rounded down to two units at most: ``40 s``, ``14 min``, ``2 h 14 min``, ``3 days``."""
    seconds = max(0, int(span.total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if not minutes:
        return f"{seconds} s"
    if not hours:
        return f"{minutes} min"
    if not days:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    if days < 3 and hours % 24:
        return f"{days} day{'s' if days > 1 else ''} {hours % 24} h"
    return f"{days} day{'s' if days > 1 else ''}"


def _words(at: datetime, *, now: datetime, seconds: bool = False) -> str:
    local = timezone.localtime(at)
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{_day(local.date(), today=timezone.localtime(now).date())} {clock}".strip()


def _day(local: date, *, today: date) -> str:
    distance = (local - today).days
    match distance:
        case 0:
            return ""
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
    if 1 < distance <= 6:
        return f"{local:%a}"
    return _date(local, today=today)


def _date(local: date, *, today: date) -> str:
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local:%a} {local.day} {local:%b}{year}"


def _time(at: datetime, words: str) -> SafeString:
    local = timezone.localtime(at)
    exact = f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S} {local.tzname()}"
    return format_html('<time datetime="{}" title="{}">{}</time>', _iso(at), exact, words)


def _iso(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")
