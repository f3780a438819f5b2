"""Who works when? The answer over a stretch of time, fast; at every instant equal to ``plan.answer_at``.

Each step of the definition is taken here once for the whole stretch, on tracks, by the same rules.
"""

from collections.abc import Callable, Iterator
from functools import partial, reduce
from operator import attrgetter

from rotations.engine.dated import Spanning
from rotations.engine.intervals import Interval, micros
from rotations.engine.rules import NOBODY, Covers, Held, changed, replaces_everyone, whom_it_concerns
from rotations.engine.serving import turn_track
from rotations.engine.shifts import gaps_of, shifts_of, silence_of, whole
from rotations.engine.terms import Absence, Outlook, Override, Plan, Rotation, Shift, Silence, Swap
from rotations.engine.tracks import Track, cut, overlay, people_on, place_after, put, rewrite, together
from rotations.engine.turns import TurnInForce, people_of, shadows_of, turn_in_force


def shifts(plan: Plan, window: Interval, *, clip: bool = True) -> tuple[Shift, ...]:
    """Return the shifts that share an instant with ``window``, in order of their start, cut to it.

    With ``clip`` false, whole shifts; of one that is longer, no more than 400 days to either side.
    """
    return shifts_seen(partial(people_track, plan), window, clip=clip)


def outlook(plan: Plan, window: Interval, *, clip: bool = True) -> Outlook:
    """Return the shifts, shadows, gaps and silence of a window; ``clip`` as in ``shifts``, the rest is always cut."""
    track = people_track(plan, micros(window.start), micros(window.end))
    return Outlook(
        window,
        shifts=shifts_of(track) if clip else shifts(plan, window, clip=False),
        shadows=shifts_seen(partial(shadow_track, plan), window, clip=clip),
        gaps=gaps_of(track, micros(window.start), micros(window.end)),
        silence=silence_of(track),
    )


def silences(plan: Plan, window: Interval) -> tuple[Silence, ...]:
    """Return the planned silence within ``window``, as ``outlook`` does; at once where none was ever planned."""
    if not any(override.kind == "silence" for override in plan.overrides):
        return ()
    return silence_of(people_track(plan, micros(window.start), micros(window.end)))


def people_track(plan: Plan, start: int, end: int) -> Track:
    """Return who is on call within ``[start, end)``, in microseconds, after everything."""
    layers: dict[int, list[Track]] = {}
    for rotation in plan.in_order:
        track = own_track(plan, rotation, start, end)
        _apply_changes(plan, rotation, track, start=start, end=end)
        layers.setdefault(rotation.layer, []).append(track)
    highest_first = [reduce(together, layers[layer]) for layer in sorted(layers, reverse=True)]
    answer = reduce(overlay, highest_first) if highest_first else []
    for override in _overrides(plan, None, start, end):
        _apply(answer, override, start, end, layer=None)
    return answer


def shadow_track(plan: Plan, start: int, end: int) -> Track:
    """Return who shadows within ``[start, end)``, in microseconds."""
    shadowed = (rotation for rotation in plan.in_order if rotation.has_shadows)
    tracks = [own_track(plan, rotation, start, end, shadow=True) for rotation in shadowed]
    return reduce(together, tracks) if tracks else []


def own_track(plan: Plan, rotation: Rotation, start: int, end: int, *, shadow: bool = False) -> Track:
    """Return whom one rotation alone has on, or its shadows: its turns, absences considered, and nothing after that."""
    track = turn_track(plan, rotation, start, end, shadow=shadow)
    _apply_absences(plan, rotation, track, shadows_of if shadow else people_of, start=start, end=end)
    return track


def shifts_seen(look: Callable[[int, int], Track], window: Interval, *, clip: bool) -> tuple[Shift, ...]:
    """Return the shifts of the track that ``look`` gives between two instants; ``clip`` as in ``shifts``."""
    found = shifts_of(look(micros(window.start), micros(window.end)))
    return found if clip else whole(found, window, lambda start, end: shifts_of(look(start, end)))


def _apply_absences(
    plan: Plan,
    rotation: Rotation,
    track: Track,
    people_at: Callable[[Plan, TurnInForce, int], Covers],
    *,
    start: int,
    end: int,
) -> None:
    """Ask the definition for the turns of whoever is away: absences are few, and each answer depends on all."""
    absences = plan.absent.within(start, end)
    if plan.absence_policy == "flag" or not absences:
        return
    cut(track, [edge for away in absences for edge in (away.start, away.end)])
    for away in absences:
        _ask_the_definition(plan, rotation, track, away, people_at)
    track[:] = [span for span in track if span[2] is None or span[2].covers]


def _ask_the_definition(
    plan: Plan,
    rotation: Rotation,
    track: Track,
    away: Spanning[Absence],
    people_at: Callable[[Plan, TurnInForce, int], Covers],
) -> None:
    place = place_after(track, away.start)
    while place < len(track) and track[place][0] < away.end:
        span = track[place]
        begin, finish, held = span[:3]
        turn = turn_in_force(rotation, begin) if held is None and away.value.person in people_on(span) else None
        if turn is not None:
            track[place] = (begin, finish, Held(people_at(plan, turn, begin)), *span[3:])
        place += 1


def _apply_changes(plan: Plan, rotation: Rotation, track: Track, *, start: int, end: int) -> None:
    """Apply the overrides and swaps of one rotation while it is in force."""
    changes: list[Spanning[Override] | Spanning[Swap]] = [
        *_overrides(plan, rotation.id, start, end),
        *_swaps(plan, rotation, track),
    ]
    begun, ended = rotation.in_force
    for change in sorted(changes, key=attrgetter("rank")):
        _apply(track, change, max(begun, start), min(ended, end), layer=rotation.layer)


def _apply(
    track: Track, change: Spanning[Override] | Spanning[Swap], start: int, end: int, *, layer: int | None
) -> None:
    begin, finish = max(change.start, start), min(change.end, end)
    if replaces_everyone(change.value):
        put(track, begin, finish, changed(NOBODY, change.value, layer=layer))
    else:
        rule = partial(changed, change=change.value, layer=layer)
        rewrite(track, begin, finish, rule, whom=whom_it_concerns(change.value))


def _overrides(plan: Plan, rotation: int | None, start: int, end: int) -> list[Spanning[Override]]:
    overrides = plan.overrides_of.get(rotation)
    return overrides.within(start, end) if overrides else []


def _swaps(plan: Plan, rotation: Rotation, track: Track) -> Iterator[Spanning[Swap]]:
    """Yield the swaps of the turns in ``track``, clipped to the turns as they now stand."""
    if rotation.id not in plan.swapped:
        return
    turns: dict[int, tuple[int, int]] = {}
    for start, end, _, _, ordinal, *_ in track:
        begun, ended = turns.get(ordinal, (start, end))
        turns[ordinal] = min(begun, start), max(ended, end)
    for ordinal, (start, end) in turns.items():
        for swap in plan.swaps_of.get((rotation.id, ordinal), ()):
            yield swap._replace(start=max(swap.start, start), end=min(swap.end, end))
