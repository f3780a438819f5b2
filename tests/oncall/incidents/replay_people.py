"""Who takes part, by the timeline alone? They come, go, are asked to help and have a break: all of it is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from oncall.incidents.models import TimelineEntry


@dataclass(frozen=True)
class Taking:
    """How one person takes part, as told; whoever is only offered a role has not joined."""

    kind: str = "responder"
    joined: bool = False
    left: bool = False
    status: str = "engaged"
    asked: bool = False
    seen: bool = False

    @property
    def is_here(self) -> bool:
        return self.joined and not self.left


@dataclass
class People:
    """What the facts told so far say of who takes part in one incident; ``others`` are those of all, by incident."""

    others: Mapping[int, "People"]
    rows: dict[int, Taking] = field(default_factory=dict)

    def hear(self, entry: TimelineEntry) -> None:
        data = entry.data
        match entry.kind:
            case "declared":
                self._come(entry.actor_id if entry.actor_kind == "person" else None)
            case "joined":
                self._come(data["person"], data["kind"])
            case "accepted" | "taken" | "handed_off":
                self._sit_down(data["person"])
            case "offered" | "shift_changed":
                self._change(data.get("to", [data["person"]]))
            case "left" | "help_declined" | "deactivated":
                self._change([data["person"]], left=True, asked=False)
            case _:
                self._hear_of_the_incident(entry.kind, data)

    def _hear_of_the_incident(self, kind: str, data: dict[str, Any]) -> None:
        match kind:
            case "status_changed":
                assert self.rows[data["person"]].status == data["before"], f"{data} after {self.rows}"
                self._change([data["person"]], status=data["status"])
            case "help_asked":
                self._change([one for one in data["people"] if not self._of(one).is_here], joined=False, left=False)
                self._change(data["people"], asked=True)
            case "acknowledged" | "seen":
                self._change(
                    [one for one in self.rows if one == data.get("person") and not self._of(one).left], seen=True
                )
            case "resolved" | "merged":
                self._change(self.rows, asked=False)
            case "reopened":
                self._change(self.rows, seen=False)
            case "merged_in":
                self._bring_in(data)
            # Nothing else that is told changes who takes part.

    def _bring_in(self, data: dict[str, Any]) -> None:
        for person in data["joined"]:
            there = self.others[data["merged"]].rows[person]
            self._come(person, there.kind)
            self._change([person], status=there.status)
        self._change(data["asked"], asked=True)

    def _of(self, person: int) -> Taking:
        return self.rows.get(person, Taking())

    def _sit_down(self, person: int) -> None:
        if not self._of(person).is_here or self._of(person).kind != "responder":
            self._come(person)

    def _come(self, person: int | None, kind: str = "responder") -> None:
        if person is not None:
            self._change([person], kind=kind, joined=True, left=False, status="engaged", asked=False)

    def _change(self, people: Iterable[int], **fields: Any) -> None:
        self.rows |= {person: replace(self._of(person), **fields) for person in people}
