"""How does a draft become rows, and a row a draft? Versions of a rotation with their slots, members and windows."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from rotations.engine import terms
from rotations.models import Rotation, RotationVersion, Slot, SlotMember, Window
from rotations.queries.plans import cadence_value, window_value
from rotations.services.drafts import MemberDraft, RotationDraft, WindowDraft
from rotations.services.rows import add_row, change_row
from rotations.services.zones import known_zone

FIRST_HANDOFF = time(9)


def draft_of(version: RotationVersion) -> RotationDraft:
    """Return the draft that would make ``version`` again, people carried over apart."""
    rotation = version.rotation
    return RotationDraft(
        name=rotation.name,
        zone=version.zone,
        slots=[
            [MemberDraft(member.person_id, member.shadow) for member in slot.members.all()]
            for slot in sorted(version.slots.all(), key=lambda slot: (slot.position is None, slot.position))
            if slot.position is not None
        ],
        layer=rotation.layer,
        unit=version.unit,
        every=version.every,
        advance=version.advance,
        windows=[WindowDraft(tuple(window.days), window.start, window.end) for window in version.windows.all()],
        anchor=datetime.fromisoformat(version.anchor),
        ends_at=rotation.ends_at,
    )


def plain_values(rotation: Rotation, draft: RotationDraft) -> dict[str, Any]:
    """Return the rotation as a fact keeps it."""
    return {
        "rotation": rotation.pk,
        "name": draft.name,
        "layer": draft.layer,
        "zone": str(draft.zone),
        "unit": str(draft.unit),
        "every": draft.every,
        "advance": str(draft.advance),
        "anchor": draft.anchor.isoformat() if draft.anchor else None,
        "slots": [[_plain_member(member) for member in slot] for slot in draft.slots],
        "windows": [
            {"days": list(window.days), "start": window.start.isoformat(), "end": window.end.isoformat()}
            for window in draft.windows
        ],
        "ends_at": draft.ends_at.isoformat() if draft.ends_at else None,
    }


def _plain_member(member: MemberDraft) -> dict[str, Any]:
    return {"person": member.person_id, "shadow": True} if member.shadow else {"person": member.person_id}


class NewVersion:
    """A version that is being made: validated rows, not yet stored, and the engine's value of them."""

    def __init__(self, rotation: Rotation, draft: RotationDraft, *, effective_at: datetime, now: datetime) -> None:
        """Validate the draft's fields.

        Raises:
            Invalid: ``unknown_zone``.
            ValidationError: a field is out of its range, a window names no day, a person is twice in a slot.
        """
        zone = known_zone(draft.zone)
        nine_that_day = datetime.combine(effective_at.astimezone(zone).date(), FIRST_HANDOFF)
        anchor = (draft.anchor or nine_that_day).replace(microsecond=0, fold=0)
        self._draft = draft
        self.row = RotationVersion(
            rotation=rotation,
            effective_at=effective_at,
            anchor=anchor.isoformat(),
            zone=zone,
            unit=draft.unit,
            every=draft.every,
            advance=draft.advance,
            created_at=now,
        )
        # Another version of this instant may still be there: it is replaced. The rotation may not be stored yet.
        self.row.full_clean(exclude={"rotation"}, validate_unique=False, validate_constraints=False)
        self._windows = [
            Window(version=self.row, days=list(window.days), start=window.start, end=window.end)
            for window in draft.windows
        ]
        for window in self._windows:
            window.full_clean(exclude={"version"})
        _require_once_each(draft)

    @property
    def value(self) -> terms.Version:
        """The version as the engine sees it, not yet placed in its rotation."""
        return terms.Version(
            effective_at=self.row.effective_at,
            cadence=cadence_value(self.row),
            slots=tuple(
                tuple(terms.Member(member.person_id, member.shadow) for member in slot) for slot in self._draft.slots
            ),
            advance=self.row.advance,  # type: ignore[arg-type]  # one of the choices: it was validated
            windows=tuple(window_value(window) for window in self._windows),
        )

    def store(self, placed: terms.Version) -> RotationVersion:
        """Store the rows, with the ordinal, slot and carried people of the ``placed`` value."""
        # By now the rotation has its id.
        self.row.rotation = self.row.rotation
        place_version(self.row, placed)
        add_row(self.row)
        _store_slots(self.row, [*enumerate(self.value.slots), *_carried(placed)])
        for window in self._windows:
            window.version = self.row
        Window.objects.bulk_create(self._windows)
        return self.row


def place_version(row: RotationVersion, placed: terms.Version) -> None:
    """Give ``row`` the ordinal and the slot of its first turn; not stored yet."""
    row.first_ordinal = placed.first_ordinal
    row.first_slot = placed.first_slot % max(len(placed.slots), 1)


def move_version(row: RotationVersion, placed: terms.Version) -> None:
    """Store where a version that was there before now starts in the order, and whom it carries over."""
    place_version(row, placed)
    change_row(row)
    row.slots.filter(position=None).delete()
    _store_slots(row, _carried(placed))


def _require_once_each(draft: RotationDraft) -> None:
    """Refuse in the constraint's own words what it would refuse, before there are rows that it could see."""
    if any(len({member.person_id for member in slot}) < len(slot) for slot in draft.slots):
        (constraint,) = SlotMember._meta.constraints
        refusal = ValidationError(constraint.get_violation_error_message(), code=constraint.violation_error_code)
        raise ValidationError({NON_FIELD_ERRORS: [refusal]})


def _carried(placed: terms.Version) -> list[tuple[None, terms.Slot]]:
    return [] if placed.carried is None else [(None, placed.carried)]


def _store_slots(row: RotationVersion, in_order: Sequence[tuple[int | None, terms.Slot]]) -> None:
    """Store slots with their members, all at once: a whole team has as many statements as one person.

    Nothing is left to refuse: the version is new or held, its members are held, and none is twice in a slot.
    """
    slots = Slot.objects.bulk_create(Slot(version=row, position=position) for position, _ in in_order)
    SlotMember.objects.bulk_create(
        SlotMember(slot=slot, person_id=member.person, position=place, shadow=member.shadow)
        for slot, (_, members) in zip(slots, in_order, strict=True)
        for place, member in enumerate(members)
    )
