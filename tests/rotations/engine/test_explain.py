"""Why is this person on call? The whole account, word by word, and that it never tells another answer."""

from dataclasses import replace

from hypothesis import given

from rotations.engine.edits import edited
from rotations.engine.effects import Finding
from rotations.engine.explain import Explanation, explain_at
from rotations.engine.plan import Plan, answer_at
from rotations.engine.terms import Absence, Swap
from tests.rotations.engine.pictures import HOUR, at, cadence, drawn, letter, override, person, plan_of, span, window
from tests.rotations.engine.random_plans import plans_and_windows
from tests.rotations.engine.test_properties import edges_within, looked_at

MONDAY = "2026-03-02"
BEGIN = f"{MONDAY}T00:00:00Z"


def text(finding: Finding) -> str:
    return "".join(word if isinstance(word, str) else letter(word.person) for word in finding.words)


def told(explanation: Explanation, *kinds: str) -> list[str]:
    """Return the sentences, or those of some kinds; the day is left out of the moments."""
    found = [finding for finding in explanation.findings if not kinds or finding.kind in kinds]
    return [text(finding).replace(f"{MONDAY}T", "").replace(":00Z", "Z") for finding in found]


def case_30() -> Plan:
    """One day of two layers, on the lower two rotations, and two overrides of everyone."""
    below = drawn("..........AAAAA.AAA..ABB", MONDAY)
    beside = drawn("...........BB...........", MONDAY, number=2)
    above = drawn("............CCD..D..DDD.", MONDAY, number=3, layer=2)
    return Plan(
        (replace(below, name="Days"), replace(beside, name="Lunch"), replace(above, name="Guard")),
        (
            override("replace", f"{MONDAY} 22:00", f"{MONDAY} 23:00", by="E", number=1),
            override("replace", f"{MONDAY} 22:00", f"{MONDAY} 22:30", by="A", number=2),
        ),
    )


def test_two_layers_and_two_overrides_of_everyone_are_explained_step_by_step():
    assert told(explain_at(case_30(), at(f"{MONDAY} 22:15"))) == [
        "Days, layer 1: in force.",
        "Version of 00:00Z: in force.",
        "Turn 22, 22:00Z to 23:00Z: B.",
        "Lunch, layer 1: in force.",
        "Version of 00:00Z: in force.",
        "Turn 22, 22:00Z to 23:00Z: nobody, the slot is empty.",
        "Guard, layer 2: in force.",
        "Version of 00:00Z: in force.",
        "Turn 22, 22:00Z to 23:00Z: D.",
        "Layer 2: D; the highest with anybody, it answers.",
        "Layer 1: B; covered by layer 2, no effect.",
        "Override 1, 22:00Z to 23:00Z, replace everyone by E: E takes over from D.",
        "Override 2, 22:00Z to 22:30Z, replace everyone by A: A takes over from E.",
        "On call: A.",
    ]


def test_the_layers_overrides_and_the_answer_of_a_whole_day_are_told():
    moments = ("05:00", "11:00", "13:30", "15:00", "17:00", "20:00", "22:29", "22:30", "23:00")
    day = {time: told(explain_at(case_30(), at(f"{MONDAY} {time}")), "layer", "override", "answer") for time in moments}

    first, second = "Override 1, 22:00Z to 23:00Z, ", "Override 2, 22:00Z to 22:30Z, "
    assert day == {
        "05:00": ["Layer 2: nobody.", "Layer 1: nobody.", "On call: nobody, a gap."],
        "11:00": ["Layer 2: nobody.", "Layer 1: A, B; the highest with anybody, it answers.", "On call: A, B."],
        "13:30": [
            "Layer 2: C; the highest with anybody, it answers.",
            "Layer 1: A; covered by layer 2, no effect.",
            "On call: C.",
        ],
        "15:00": ["Layer 2: nobody.", "Layer 1: nobody.", "On call: nobody, a gap."],
        "17:00": [
            "Layer 2: D; the highest with anybody, it answers.",
            "Layer 1: A; covered by layer 2, no effect.",
            "On call: D.",
        ],
        "20:00": ["Layer 2: D; the highest with anybody, it answers.", "Layer 1: nobody.", "On call: D."],
        "22:29": [
            "Layer 2: D; the highest with anybody, it answers.",
            "Layer 1: B; covered by layer 2, no effect.",
            f"{first}replace everyone by E: E takes over from D.",
            f"{second}replace everyone by A: A takes over from E.",
            "On call: A.",
        ],
        "22:30": [
            "Layer 2: D; the highest with anybody, it answers.",
            "Layer 1: B; covered by layer 2, no effect.",
            f"{first}replace everyone by E: E takes over from D.",
            "On call: E.",
        ],
        "23:00": ["Layer 2: nobody.", "Layer 1: B; the highest with anybody, it answers.", "On call: B."],
    }


def test_removing_somebody_who_is_not_on_call_does_nothing_and_says_so():
    plan = plan_of("A", cadence(f"{MONDAY}T00:00"), overrides=[override("remove", MONDAY, "2026-03-03", of="B")])

    assert told(explain_at(plan, at(f"{MONDAY} 12:00")), "override", "answer") == [
        "Override 1, 00:00Z to 2026-03-03T00:00Z, remove B: B was not on call, no effect.",
        "On call: A.",
    ]


def test_every_kind_of_override_says_what_it_did():
    noon = f"{MONDAY} 12:00", f"{MONDAY} 13:00"
    cases = {
        "add": [override("add", *noon, by="B")],
        "add again": [override("add", *noon, by="A")],
        "remove": [override("remove", *noon, of="A")],
        "replace": [override("replace", *noon, by="B", of="A")],
        "replace nobody": [override("remove", *noon, of="A"), override("replace", *noon, by="B", number=2)],
        "chain": [override("replace", *noon, by="B", of="A"), override("replace", *noon, by="C", of="B", number=2)],
        "silence": [override("silence", *noon)],
        "silence twice": [override("silence", *noon), override("silence", *noon, number=2)],
    }
    plans = {name: plan_of("A", cadence(f"{MONDAY}T00:00"), overrides=overrides) for name, overrides in cases.items()}
    what = {
        name: [line.removeprefix("Override ") for line in told(explain_at(plan, at(noon[0])), "override")]
        + told(explain_at(plan, at(noon[0])), "answer")
        for name, plan in plans.items()
    }

    when = "12:00Z to 13:00Z"
    assert what == {
        "add": [f"1, {when}, add B: B is on call too.", "On call: A, B."],
        "add again": [f"1, {when}, add A: A was on call already.", "On call: A."],
        "remove": [f"1, {when}, remove A: A off, nobody is left.", "On call: nobody, a gap."],
        "replace": [f"1, {when}, replace A by B: B takes over from A.", "On call: B."],
        "replace nobody": [
            f"1, {when}, remove A: A off, nobody is left.",
            f"2, {when}, replace everyone by B: B takes over, nobody was on call.",
            "On call: B.",
        ],
        "chain": [
            f"1, {when}, replace A by B: B takes over from A.",
            f"2, {when}, replace B by C: C takes over from B.",
            "On call: C.",
        ],
        "silence": [f"1, {when}, planned silence: A off, nobody is planned.", "On call: nobody, as planned."],
        "silence twice": [
            f"1, {when}, planned silence: A off, nobody is planned.",
            f"2, {when}, planned silence: nobody is planned.",
            "On call: nobody, as planned.",
        ],
    }


def test_what_is_not_in_force_says_why():
    ended = drawn("A", MONDAY, number=1)
    to_come = drawn("B", "2026-03-04", number=2)
    plan = Plan((ended, to_come), (override("add", "2026-03-03", "2026-03-05", by="C", rotation=2),))

    assert told(explain_at(plan, at("2026-03-03 00:00"))) == [
        "Rotation 1, layer 1: not in force, it ended 01:00Z.",
        "Version of 00:00Z: not in force, the rotation has ended.",
        "Rotation 2, layer 1: not in force, it begins 2026-03-04T00:00Z.",
        "Version of 2026-03-04T00:00Z: not in force yet.",
        "Override 1, 2026-03-03T00:00Z to 2026-03-05T00:00Z, add C: its rotation is not in force, no effect.",
        "On call: nobody, a gap.",
    ]


def test_versions_before_and_after_an_edit_are_told_apart():
    before = plan_of("AB", cadence(f"{MONDAY}T00:00"))
    (rotation,) = before.rotations
    (first,) = rotation.versions
    later = replace(
        first, effective_at=at("2026-03-03 12:00"), slots=plan_of("CB", first.cadence).rotations[0].versions[0].slots
    )
    plan = Plan((edited(rotation, later),))

    assert told(explain_at(plan, at("2026-03-03 18:00"))) == [
        "Rotation 1, layer 1: in force.",
        "Version of 00:00Z: not in force, replaced 2026-03-03T12:00Z.",
        "Version of 2026-03-03T12:00Z: in force.",
        "Turn 1, 2026-03-03T00:00Z to 2026-03-04T00:00Z: B.",
        "Layer 1: B; the highest with anybody, it answers.",
        "On call: B.",
    ]
    assert told(explain_at(plan, at("2026-03-03 11:00")), "version") == [
        "Version of 00:00Z: in force.",
        "Version of 2026-03-03T12:00Z: not in force yet.",
    ]


def test_windows_say_whether_they_are_open():
    hours = [window([0, 1], "09:00", "17:00"), window([5], "10:00", "12:00")]
    plan = plan_of("A", cadence(f"{MONDAY}T00:00"), windows=hours)
    kinds = ("window", "turn", "answer")

    assert told(explain_at(plan, at(f"{MONDAY} 09:00")), *kinds) == [
        "Hours mon tue 09:00-17:00 (UTC): open since 2026-03-02.",
        "Hours sat 10:00-12:00 (UTC): not open.",
        "Turn 0, 00:00Z to 2026-03-03T00:00Z: A.",
        "On call: A.",
    ]
    assert told(explain_at(plan, at(f"{MONDAY} 17:00")), *kinds) == [
        "Hours mon tue 09:00-17:00 (UTC): not open.",
        "Hours sat 10:00-12:00 (UTC): not open.",
        "Turn 0, 00:00Z to 2026-03-03T00:00Z: A; outside its windows, no effect.",
        "On call: nobody, a gap.",
    ]


def test_absences_say_what_each_policy_made_of_them():
    away = Absence(7, person("A"), at(f"{MONDAY} 06:00"), at(f"{MONDAY} 18:00"))
    also = Absence(8, person("C"), at(f"{MONDAY} 06:00"), at(f"{MONDAY} 18:00"))
    plan = replace(plan_of("ABC", cadence(f"{MONDAY}T00:00")), absences=(away, also))
    policies = {
        policy: told(explain_at(replace(plan, absence_policy=policy), at(f"{MONDAY} 12:00")), "absence", "answer")
        for policy in ("flag", "skip", "next")
    }

    a, c = "A is away, 06:00Z to 18:00Z: ", "C is away, 06:00Z to 18:00Z: not in a turn, no effect."
    assert policies == {
        "flag": [f"{a}the schedule only flags absences, no effect; a conflict.", c, "On call: A."],
        "skip": [f"{a}their place stays empty.", c, "On call: nobody, a gap."],
        "next": [f"{a}B, next in order, stands in.", c, "On call: B."],
    }


def test_whoever_left_does_not_count_and_neither_does_an_override_that_names_them():
    plan = plan_of(
        "(AB)",
        cadence(f"{MONDAY}T00:00"),
        overrides=[override("replace", MONDAY, "2026-03-03", by="B", of="A")],
    )
    plan = replace(plan, deactivated={person("B"): at(f"{MONDAY} 10:00")})

    assert told(explain_at(plan, at(f"{MONDAY} 12:00")), "deactivation", "override", "answer") == [
        "B: deactivated 10:00Z, not counted.",
        "Override 1, 00:00Z to 2026-03-03T00:00Z, replace A by B: B was deactivated 10:00Z, no effect.",
        "On call: A.",
    ]


def test_swaps_of_the_turn_say_what_they_did():
    part = span(f"{MONDAY} 06:00", f"{MONDAY} 08:00")
    plan = replace(
        plan_of("Ab", cadence(f"{MONDAY}T00:00")),
        swaps=(
            Swap(1, 1, 0, person("A"), person("B"), at(MONDAY)),
            Swap(2, 1, 0, person("A"), person("C"), at(MONDAY) + HOUR),
            Swap(3, 1, 0, person("B"), person("D"), at(MONDAY) + 2 * HOUR, part),
            Swap(4, 1, 1, person("B"), person("D"), at(MONDAY)),
        ),
    )

    assert told(explain_at(plan, at(f"{MONDAY} 12:00")), "swap", "answer") == [
        "Swap 1 of turn 0, B for A: B takes it.",
        "Swap 2 of turn 0, C for A: A does not hold the turn, no effect.",
        "Swap 3 of turn 0, D for B: covers only 06:00Z to 08:00Z, no effect.",
        "On call: B.",
    ]
    assert told(explain_at(plan, at("2026-03-03 12:00")), "turn", "shadow", "swap", "answer") == [
        "Turn 1, 2026-03-03T00:00Z to 2026-03-04T00:00Z: nobody, the slot has shadows alone.",
        "Swap 4 of turn 1, D for B: B does not hold the turn, no effect.",
        "B shadows this turn, and is not counted.",
        "On call: nobody, a gap.",
    ]


@given(plans_and_windows())
def test_the_explanation_ends_in_the_answer_and_leaves_nothing_out(case):
    plan, looked = case

    for moment in looked_at(looked, *sorted(edges_within(plan, looked))[::15]):
        explanation, answer = explain_at(plan, moment), answer_at(plan, moment)

        assert explanation.answer == answer
        people = ", ".join(letter(cover.person) for cover in answer.people)
        last = people or ("nobody, a gap" if answer.silence is None else "nobody, as planned")
        assert text(explanation.findings[-1]) == f"On call: {last}."
        found = explanation.findings
        standing = {each.id for each in plan.overrides if each.start <= moment < each.end}
        in_scope = {each.id for each in plan.overrides if each.rotation in {None, *(r.id for r in plan.rotations)}}
        assert {finding.override for finding in found if finding.kind == "override"} == standing & in_scope
        versions = sum(len(rotation.versions) for rotation in plan.rotations)
        assert sum(finding.kind == "version" for finding in found) == versions
