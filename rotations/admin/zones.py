"""How is a time zone chosen? From the list of them all."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_SELECTED = mark_safe(" selected")


class ZoneSelect(forms.Select):
    """A select of six hundred choices, written out here: Django's template for each of them takes half a second."""

    def render(self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None) -> SafeString:
        options = format_html_join(
            "",
            '<option value="{0}"{1}>{2}</option>',
            ((zone, _SELECTED if str(zone) == str(value) else "", label) for zone, label in self.choices),
        )
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs({"name": name}, {**(attrs or {})})), options
        )
