"""Who is told what becomes of a role, and what? Whoever is asked, holds it or held it, and who could take it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from oncall.notices.telling.kinds import Kind
from oncall.notices.telling.leads import lead_changed
from oncall.notices.telling.moments import by_their_clock, clock
from oncall.notices.telling.scene import Entry, Scene, ids, say, told_to
from oncall.notices.telling.told import Told, Who

WHY_VACANT = {
    "no_one_on_call": "nobody is on call",
    "everyone_declined": "everybody who was asked declined or did not answer",
    "exclusive": "whoever could be asked holds a role that excludes it",
    "waiting_for_first_to_join": "it waits for the first responder to join",
}


def offered(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell whoever is asked, while they are."""
    offer = scene.offers.get(entry.data.get("assignment", 0))
    if offer is None or not offer.is_open or offer.accept_by is None:
        return
    role = scene.role_in(entry)
    for who in scene.known([entry.data.get("person")]):
        deadline = (
            f"Answer by {clock(offer.accept_by, who.zone)}; until then you hold it, and after that it is passed on."
        )
        paragraphs = (f"You are asked to be {role}.", _because(offer.because, who), deadline)
        yield told_to(
            who, Kind.ROLE_OFFERED, scene, f"You are asked to be {role}", paragraphs, action="Accept or decline"
        )


def passed_on(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell who did not answer."""
    subject = f"{scene.role_in(entry)} was passed on: you did not answer in time"
    yield from say(Kind.ROLE_PASSED_ON, entry, scene, [entry.data.get("person")], subject)


def taken(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell whom it was taken from, and the responders if it was the lead."""
    new, role = entry.data.get("person"), scene.role_in(entry)
    subject = f"{scene.name_of(new)} took {role} from you"
    yield from say(Kind.ROLE_TAKEN, entry, scene, [entry.data.get("taken_from")], subject)
    yield from lead_changed(entry, scene)


def vacant(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the responders and the managers, unless somebody was quicker than the telling."""
    if not scene.is_vacant(entry):
        return
    because = str(entry.data.get("because", ""))
    # Where nobody was on call, the managers of the schedules are called by a fact of its own.
    people = [*scene.responders, *scene.managers]
    role = scene.role_in(entry)
    paragraphs = (f"The incident needs {role}, and {WHY_VACANT.get(because, because)}.",)
    for who in scene.known(people):
        yield told_to(who, Kind.VACANCY, scene, f"Nobody is {role}", paragraphs, action=f"Take {role}")


def acting(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell who counts without having accepted."""
    role = scene.role_in(entry)
    why = f"You were asked to be {role} and did not answer, and nobody else is left to ask."
    what = f"You count as {role} until somebody accepts: accept it, or find somebody who takes it."
    for who in scene.known([entry.data.get("person")]):
        yield told_to(who, Kind.ACTING, scene, f"You act as {role}", (why, what), action="Accept or hand over")


def nagged(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell them again: whoever acts or, where nobody does, everybody who could."""
    role, person = scene.role_in(entry), entry.data.get("person")
    if person is not None:
        yield from say(Kind.NAGGED, entry, scene, [person], f"You still act as {role}", action="Accept or hand over")
        return
    people = [*scene.responders, *scene.managers]
    yield from say(Kind.NAGGED, entry, scene, people, f"Still nobody is {role}", action=f"Take {role}")


def managers_called(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the managers."""
    subject = f"Nobody answers for {scene.role_in(entry)}"
    yield from say(Kind.MANAGERS_CALLED, entry, scene, ids(entry, "managers"), subject)


def shift_changed(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell who came on call."""
    role, holder = scene.role_in(entry), scene.name_of(entry.data.get("person"))
    subject = f"You are on call now; {holder} goes on as {role}"
    yield from say(Kind.SHIFT_HANDED_OVER, entry, scene, ids(entry, "to"), subject)


def relief_suggested(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the holder, with the page on which they hand it off."""
    subject = f"You have been {scene.role_in(entry)} for long: let somebody relieve you"
    yield from _suggest_handoff(entry, scene, subject)


def suggestion(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the holder whom the plan would ask now."""
    names = " or ".join(scene.name_of(one) for one in ids(entry, "to"))
    yield from _suggest_handoff(entry, scene, f"Is it for {names} to be {scene.role_in(entry)} now?")


def may_release(entry: Entry, scene: Scene) -> Iterator[Told]:
    """Tell the holder."""
    subject = f"You may give {scene.role_in(entry)} back"
    yield from say(Kind.MAY_RELEASE, entry, scene, [entry.data.get("person")], subject)


def deadline_near(role: str, accept_by: datetime, person: int, scene: Scene) -> tuple[Told, ...]:
    """Return the reminder to whoever was offered a role and has not answered."""
    return tuple(
        Told(
            who.id,
            Kind.DEADLINE_NEAR,
            scene.headed(f"Answer by {clock(accept_by, who.zone)}: {role}"),
            (f"You are asked to be {role}, and have not answered. At {clock(accept_by, who.zone)} it is passed on.",),
            scene.path,
            "Accept or decline",
            expires_at=accept_by,
        )
        for who in scene.known([person])
    )


def _because(because: str, who: Who) -> str:
    words = by_their_clock(because, who.zone)
    return f"Why you: {words}."


def _suggest_handoff(entry: Entry, scene: Scene, subject: str) -> Iterator[Told]:
    page = f"{scene.path}roles/{entry.data.get('role')}/handoff/"
    for told in say(Kind.RELIEF_SUGGESTED, entry, scene, [entry.data.get("person")], subject, action="Hand it off"):
        yield replace(told, path=page)
