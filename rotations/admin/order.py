"""How is the order of a rotation written in a form? One line per turn, as text that a script makes draggable."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rotations.models import Person, SlotMember
from rotations.services.drafts import MemberDraft

HOLE = "—"
HOLES = {HOLE, "–", "-"}  # noqa: RUF001 - typed by people and by what corrects their typing
SHADOW = "(shadow)"
Order = list[list[MemberDraft]]


def order_text(slots: Iterable[Iterable[SlotMember]]) -> str:
    """Return the lines of ``slots``, first turn first: addresses, commas between people who share a turn."""
    return "\n".join(", ".join(_written(member) for member in members) or HOLE for members in slots)


def _written(member: SlotMember) -> str:
    return f"{member.person.email} {SHADOW}" if member.shadow else member.person.email


def read_order(text: str, people: Mapping[str, Person]) -> Order:
    """Return the slots that ``text`` writes down; ``people`` are found by their address in lower case.

    Lines without text are passed over; a dash alone is a turn of nobody.

    Raises:
        ValidationError: ``unknown_person`` for each address that is nobody's; ``no_members`` for a line of commas.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    problems = [problem for number, line in lines for problem in _problems(number, line, people)]
    if problems:
        raise ValidationError(problems)
    return [
        [MemberDraft(person_id=people[address].pk, shadow=shadow) for address, shadow in _addresses(line)]
        for _number, line in lines
    ]


def _problems(number: int, line: str, people: Mapping[str, Person]) -> Iterator[ValidationError]:
    addresses = _addresses(line)
    if not addresses and line not in HOLES:
        yield ValidationError(f"Line {number}: name somebody, or write a dash for nobody.", code="no_members")
    for address, _shadow in addresses:
        if address not in people:
            yield ValidationError(f"Line {number}: nobody has the e-mail address “{address}”.", code="unknown_person")


def _addresses(line: str) -> list[tuple[str, bool]]:
    """Return each address of ``line`` in lower case, with whether it is marked as a shadow."""
    if line in HOLES:
        return []
    pieces = [piece.strip().lower() for piece in line.split(",") if piece.strip()]
    return [(piece.removesuffix(SHADOW).strip(), piece.endswith(SHADOW)) for piece in pieces]


def explained(text: str, lines: str) -> SafeString:
    """Return a help text: ``lines`` explains the lines of a text area, and goes where a script replaces it."""
    return format_html('{} <span class="lines-plain">{}</span>', text, lines)


class OrderWidget(forms.Textarea):
    """A text area of addresses; with scripts, a list to drag that also offers ``people`` to add."""

    class Media:
        css = {"all": ("rotations/admin/oncall.css",)}
        js = ("rotations/admin/lines.js", "rotations/admin/order.js")

    def __init__(self, people: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(attrs={"rows": 7, "cols": 60, "spellcheck": "false"})
        self.offer(people)

    def offer(self, people: Sequence[dict[str, Any]]) -> None:
        """Offer ``people`` in this order: ``email``, ``name``, ``team`` (its members come first), ``active``."""
        self.attrs["data-people"] = json.dumps(list(people))


class OrderField(forms.CharField):
    """The slots of a rotation, in order. Cleans to a list of slots, each a list of ``MemberDraft``."""

    widget = OrderWidget

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        addresses = {address for line in text.splitlines() for address, _shadow in _addresses(line.strip())}
        return read_order(text, {person.email: person for person in Person.objects.filter(email__in=addresses)})
