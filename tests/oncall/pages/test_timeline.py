"""What does the page of a schedule show over time, and how is it read by ear, by keyboard and in another zone?"""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from rotations.actors import Actor
from rotations.models import Person, Schedule
from rotations.services.duty import settle_due_schedules
from rotations.services.rotations import edit_rotation
from rotations.services.schedules import archive_schedule
from rotations.services.warnings import review_warnings
from tests.factories.rotations import (
    absence,
    accepted_swap,
    asked_swap,
    draft,
    hours,
    override,
    person,
    schedule,
    shadow,
    team,
    weekly_rotation,
)
from tests.oncall.pages.conftest import NOW, SignIn
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db

PAGE = "/schedules/payments-primary/"
# The clock stands at Friday 2026-11-20 03:14 UTC; turn 150 is Ada's, 151 begins here and is Bo's.
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def primary(ada: Person, bo: Person) -> Schedule:
    return schedule("payments-primary", of=team("payments", managers=[ada], members=[bo]))


@pytest.fixture
def rotation(primary: Schedule, ada: Person, bo: Person):
    return weekly_rotation(primary, [ada, bo])


def rows(response) -> list[list[str]]:
    """Return the table's cells without the words that only screen readers hear."""
    html = response.content.decode()
    body = html[html.index("<tbody") : html.index("</tbody>")]
    body = re.sub(r'<span class="unseen">.*?</span>', "", body)
    found = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in found
    ]


def bars(response, kind: str = "") -> list[str]:
    """Return the tooltips of the bars of a kind, or of all."""
    found = re.findall(r'<(?:a|g) class="bar ([^"]+)"[^>]*><title>(.*?)</title>', response.content.decode())
    return [unescape(title) for classes, title in found if not kind or kind in classes.split()]


def links(response, kind: str) -> list[str]:
    found = re.findall(r'<a class="bar ([^"]+)" href="([^"]+)"', response.content.decode())
    return [unescape(href) for classes, href in found if kind in classes.split()]


def test_two_weeks_are_shown_by_the_clocks_of_the_viewer(signed_in: SignIn, ada: Person, rotation):
    page = signed_in(ada).get(PAGE)

    assert lines_of(page, "timeline-title") == ["9 to 22 November 2026"]
    assert rows(page) == [
        ["Mon 2 Nov 09:00", "Mon 9 Nov 09:00", "Ada Okafor", "Primary", "Why?"],
        ["Mon 9 Nov 09:00", "Mon 16 Nov 09:00", "Bo Lind", "Primary", "Why?"],
        ["Mon 16 Nov 09:00", "Mon 23 Nov 09:00", "Ada Okafor Now", "Primary", "Why? Change"],
    ]


@pytest.mark.parametrize(
    ("query", "title", "begins"),
    [
        ("view=day", "Friday 20 November 2026", "2026-11-20T00:00"),
        ("view=week", "16 to 22 November 2026", "2026-11-16T00:00"),
        ("view=month&date=2026-10-07", "October 2026", "2026-10-01T00:00"),
        ("view=week&date=2026-12-31&zone=America/New_York", "28 December 2026 to 3 January 2027", "2026-12-28T05:00"),
    ],
)
def test_the_address_says_what_to_show(signed_in: SignIn, ada: Person, rotation, query: str, title: str, begins: str):
    page = signed_in(ada).get(f"{PAGE}?{query}")

    sheet = page.context["asked"].sheet
    assert (sheet.title, sheet.window.start.isoformat()[:16]) == (title, begins)


def test_one_steps_back_and_on_and_keeps_view_and_zone(signed_in: SignIn, ada: Person, rotation):
    page = signed_in(ada).get(f"{PAGE}?view=week&date=2026-10-07&zone=Asia/Tokyo").content.decode()

    assert 'href="?view=week&amp;date=2026-09-28&amp;zone=Asia%2FTokyo#timeline" rel="prev"' in page
    assert 'href="?view=week&amp;date=2026-10-12&amp;zone=Asia%2FTokyo#timeline" rel="next"' in page
    assert 'href="?view=week&amp;zone=Asia%2FTokyo#timeline">Today' in page
    assert 'href="?view=month&amp;date=2026-10-05&amp;zone=Asia%2FTokyo#timeline">Month' in page
    assert '<option value="Asia/Tokyo" selected>' in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("view=decade", "Choose day, week, fortnight or month."),
        ("date=soon", "Write a day such as 2026-11-30."),
        ("date=1969-12-31", "Choose a year from 1970 to 2099."),
        ("date=2099-12-31", "Answers reach from 1970 to 2099."),
        ("zone=Mars/Olympus", "There is no time zone 'Mars/Olympus'; write one such as Europe/Berlin."),
    ],
)
def test_what_makes_no_sense_is_told_and_the_page_is_shown_all_the_same(
    signed_in: SignIn, ada: Person, rotation, query: str, told: str
):
    page = signed_in(ada).get(f"{PAGE}?{query}")

    assert (page.status_code, told in lines_of(page, "timeline")) == (400, True)
    assert page.context["asked"].sheet.title == "9 to 22 November 2026"


def test_the_rows_are_each_rotation_overrides_and_swaps_and_what_comes_of_it(
    signed_in: SignIn, ada: Person, bo: Person, primary: Schedule
):
    weekly = weekly_rotation(primary, [[ada, shadow(bo)], bo])
    weekly_rotation(primary, [bo], name="Office", layer=2, windows=[hours("12:00", "14:00", "wed")])
    accepted_swap(weekly, 151, bo, ada, reason="wedding", now=NOW)
    override(primary, MONDAY + DAY, HOUR, person=bo, replaces=ada, reason="dentist", now=NOW)

    page = signed_in(ada).get(f"{PAGE}?view=week&date=2026-11-24")

    assert [lane.name for lane in page.context["chart"].lanes] == ["Office", "Primary", "Overrides", "On call"]
    assert bars(page, "turn") == [
        "Bo Lind has the turn, Wed 25 Nov 12:00 to Wed 25 Nov 14:00. Why?",
        "Ada Okafor has the turn, Mon 16 Nov 09:00 to Mon 23 Nov 09:00. Why?",
        "Bo Lind has the turn, Mon 23 Nov 09:00 to Mon 30 Nov 09:00. Why?",
    ]
    assert bars(page, "shadow") == ["Bo Lind shadows, Mon 16 Nov 09:00 to Mon 23 Nov 09:00. Why?"]
    assert bars(page, "override") == [
        "Override: Bo Lind instead of Ada Okafor, Tue 24 Nov 09:00 to Tue 24 Nov 10:00: dentist. Why?"
    ]
    assert bars(page, "swap") == [
        "Swap: Ada Okafor takes over from Bo Lind in Primary, Mon 23 Nov 09:00 to Mon 30 Nov 09:00: wedding. Why?"
    ]
    assert bars(page, "shift") == [
        "Ada Okafor, Wed 18 Nov 14:00 to Mon 23 Nov 09:00: Primary. Change it",
        "Ada Okafor, Mon 23 Nov 09:00 to Tue 24 Nov 09:00: Swap in Primary. Change it",
        "Bo Lind, Tue 24 Nov 09:00 to Tue 24 Nov 10:00: Override of Primary. Change it",
        "Ada Okafor, Tue 24 Nov 10:00 to Wed 25 Nov 12:00: Swap in Primary. Change it",
        "Bo Lind, Wed 25 Nov 12:00 to Wed 25 Nov 14:00: Office. Change it",
        "Ada Okafor, Wed 25 Nov 14:00 to Mon 30 Nov 09:00: Swap in Primary. Change it",
    ]


def test_gaps_and_silence_are_drawn_and_listed_apart(
    signed_in: SignIn, ada: Person, bo: Person, primary: Schedule, rotation
):
    override(primary, MONDAY + DAY, 2 * HOUR, kind="silence", reason="moving house", now=NOW)
    override(primary, MONDAY + 2 * DAY, HOUR, kind="remove", replaces=bo, now=NOW)

    page = signed_in(ada).get(f"{PAGE}?view=week&date=2026-11-23")

    assert bars(page, "gap") == ["Nobody, Wed 25 Nov 09:00 to Wed 25 Nov 10:00. Change it"]
    assert bars(page, "silence") == [
        "Override: Planned silence, Tue 24 Nov 09:00 to Tue 24 Nov 11:00: moving house. Why?",
        "Planned silence, Tue 24 Nov 09:00 to Tue 24 Nov 11:00: moving house. Change it",
    ]
    assert [row[2:4] for row in rows(page) if row[2] in ("Nobody", "Planned silence")] == [
        ["Planned silence", "moving house"],
        ["Nobody", ""],
    ]
    assert 'fill="url(#chart-gap)"' in page.content.decode()


def test_the_past_is_told_as_it_was_recorded_and_leads_to_why(signed_in: SignIn, ada: Person, primary, rotation):
    settle_due_schedules(now=NOW - 8 * DAY)
    settle_due_schedules(now=NOW)

    page = signed_in(ada).get(f"{PAGE}?view=week&date=2026-11-12")

    assert bars(page, "past")[-1] == "Bo Lind, Mon 9 Nov 09:00 to Mon 16 Nov 09:00: Turn 149 of Primary. Why?"
    assert links(page, "shift")[-1] == f"{PAGE}explain/?at=2026-11-09T09:00:00Z"
    assert rows(page)[-1] == ["Mon 9 Nov 09:00", "Mon 16 Nov 09:00", "Bo Lind", "Turn 149 of Primary", "Why?"]


def test_what_is_to_come_leads_to_its_change_from_now_on_and_back_again(
    signed_in: SignIn, ada: Person, bo: Person, rotation
):
    page = signed_in(ada).get(f"{PAGE}?view=week&date=2026-11-23")

    coming = f"{PAGE}change/?start=2026-11-23T09:00:00Z&end=2026-11-30T09:00:00Z"
    assert links(page, "shift") == [
        f"{PAGE}change/?start=2026-11-20T03:14:00Z&end=2026-11-23T09:00:00Z&replaces={ada.pk}&view=week&date=2026-11-23",
        f"{coming}&replaces={bo.pk}&view=week&date=2026-11-23",
    ]


def test_whoever_may_change_nothing_is_led_to_why(signed_in: SignIn, rotation):
    page = signed_in(person("Zoe")).get(f"{PAGE}?view=week&date=2026-11-25")

    assert {link.split("?")[0] for link in links(page, "shift")} == {f"{PAGE}explain/"}
    assert {row[-1] for row in rows(page)} == {"Why?"}


def test_a_day_of_25_hours_has_them_and_says_which_hour_comes_twice(signed_in: SignIn, primary: Schedule, ada: Person):
    berlin = person("Carla Nunes", zone="Europe/Berlin")
    weekly_rotation(primary, [ada, berlin], unit="hour", anchor=datetime(2026, 10, 25, 0), zone="Europe/Berlin")  # noqa: DTZ001
    page = signed_in(berlin).get(f"{PAGE}?view=day&date=2026-10-25")

    assert [(day.label, day.hours) for day in page.context["chart"].days] == [("Sunday 25 October", "25 h")]
    assert "02:00 to 03:00 comes twice" in page.content.decode()
    # By wall clock an hourly handoff at 02:00 falls once: the turn lasts both hours.
    assert [row[0] for row in rows(page)][1:5] == [
        "Sun 25 Oct 01:00",
        "Sun 25 Oct 02:00 CEST",
        "Sun 25 Oct 03:00",
        "Sun 25 Oct 04:00",
    ]
    assert sum(float(bar.width[:-1]) for bar in page.context["chart"].lanes[-1].bars) == pytest.approx(100)


def test_the_head_says_who_is_on_call_and_who_is_next_and_leads_on(
    signed_in: SignIn, ada: Person, bo: Person, rotation
):
    page = signed_in(bo).get(PAGE)

    assert lines_of(page, "now") == [
        "On call now",
        "Ada Okafor until Mon 09:00 in 3 days",
        "Next: Bo Lind, Mon 09:00",
    ]
    for link in (f'href="{PAGE}explain/"', f'href="{PAGE}load/"', 'href="/me/#calendars"'):
        assert link in page.content.decode()
    assert "Edit the schedule" not in page.content.decode()
    assert "Edit the schedule" in signed_in(ada).get(PAGE).content.decode()


def test_the_head_is_fetched_anew_alone_by_the_same_clocks(signed_in: SignIn, ada: Person, rotation):
    part = signed_in(ada).get(f"{PAGE}now/?zone=Asia/Tokyo")

    assert part.headers["Oncall-Part"] == "now"
    assert "until Mon 18:00" in " ".join(lines_of(part, "now"))


def test_overrides_to_come_say_by_whom_they_were_made_and_can_be_ended(
    signed_in: SignIn, ada: Person, bo: Person, primary: Schedule, rotation
):
    override(primary, NOW - HOUR, 5 * HOUR, person=bo, replaces=ada, reason="dentist", now=NOW - HOUR)
    override(primary, MONDAY, HOUR, kind="silence", now=NOW - HOUR)

    page = signed_in(bo).get(PAGE)

    assert buttons_of(page, "overrides") == ["End now: Bo Lind instead of Ada Okafor"]
    assert buttons_of(signed_in(ada).get(PAGE), "overrides") == [
        "End now: Bo Lind instead of Ada Okafor",
        "Take back: Planned silence",
    ]
    assert lines_of(page, "overrides")[1:3] == [
        "Bo Lind instead of Ada Okafor: dentist Now by Oncall, 02:14 02:14 to 07:14",
        "End now: Bo Lind instead of Ada Okafor",
    ]


def test_edits_and_requests_to_come_are_listed(signed_in: SignIn, ada: Person, bo: Person, primary: Schedule, rotation):
    edit_rotation(
        rotation, draft=draft([bo, ada]), effective_at=MONDAY + 10 * DAY, by=Actor.of_person(ada), now=NOW - DAY
    )
    weekly_rotation(primary, [bo], name="Second", effective_at=MONDAY + 3 * DAY, now=NOW)
    asked_swap(rotation, 151, bo, None, reason="wedding", now=NOW)

    page = signed_in(bo).get(PAGE)

    assert lines_of(page, "edits") == [
        "Edits to come",
        "Second begins by Oncall, 03:14 Thu 09:00",
        "Primary changes by Ada Okafor, yesterday 03:14 Thu 3 Dec 09:00",
    ]
    assert lines_of(page, "waiting") == [
        "Asked, and not answered yet",
        "Bo Lind asks the team: wedding Primary Mon 09:00 to Mon 30 Nov 09:00",
        "Take back, what Bo Lind asks",
    ]
    assert buttons_of(signed_in(person("Zoe")).get(PAGE), "waiting") == []


def test_of_an_absence_the_person_and_managers_can_ask_for_a_swap(
    signed_in: SignIn, ada: Person, bo: Person, primary: Schedule, rotation
):
    absence(bo, MONDAY + DAY, 2 * DAY, now=NOW)
    review_warnings(primary, now=NOW)

    page = signed_in(bo).get(PAGE)

    assert lines_of(page, "foreseen") == [
        "Foreseen in the next 30 days",
        "Bo Lind is on call and away Tue 09:00 to Thu 09:00",
        "Ask for a swap for Bo Lind",
        "Primary, Tue 09:00 to Thu 09:00",
    ]
    assert buttons_of(signed_in(ada).get(PAGE), "foreseen") == ["Ask for a swap for Bo Lind"]
    assert buttons_of(signed_in(person("Zoe")).get(PAGE), "foreseen") == []


def test_the_load_of_the_days_shown_is_drawn(signed_in: SignIn, ada: Person, rotation):
    page = signed_in(ada).get(f"{PAGE}?view=week&date=2026-11-23")

    assert [line for line in lines_of(page, "load") if line.endswith(" h")][:1] == ["Ada Okafor 9 h"]
    assert "Bo Lind 159 h" in lines_of(page, "load")


def test_a_schedule_without_rotations_is_one_gap(signed_in: SignIn, ada: Person, primary: Schedule):
    page = signed_in(ada).get(PAGE)

    assert [row[:3] for row in rows(page)] == [["Mon 9 Nov 00:00", "Mon 23 Nov 00:00", "Nobody Now"]]
    assert lines_of(page, "load") == []


def test_it_is_for_those_who_signed_in_and_of_schedules_that_are_there(
    client: Client, signed_in: SignIn, ada: Person, primary: Schedule, rotation
):
    assert client.get(PAGE).headers["Location"] == f"/accounts/login/?next={PAGE}"
    assert signed_in(ada).get("/schedules/nowhere/").status_code == 404
    assert f'<a class="named" href="{PAGE}">Payments primary</a>' in signed_in(ada).get("/").content.decode()
    archive_schedule(primary, by=Actor.system(), now=NOW)
    assert signed_in(ada).get(PAGE).status_code == 404


def test_no_script_and_no_style_stands_in_the_page(signed_in: SignIn, ada: Person, rotation):
    html = signed_in(ada).get(PAGE).content.decode()

    assert [word for word in ("<style", " style=", "javascript:", "onclick") if word in html] == []
    assert re.findall(r"<script(?! defer src=)", html) == []


def test_names_cannot_break_out_of_the_drawing_or_the_table(signed_in: SignIn, primary: Schedule):
    evil = person('<b>Eve</b> & "Co"', email="eve@example.test")
    weekly_rotation(primary, [evil], name="<i>Primary</i>")

    html = signed_in(evil).get(PAGE).content.decode()

    assert ("<b>Eve" in html, "<i>Primary" in html, "&lt;b&gt;Eve&lt;/b&gt; &amp; &quot;Co&quot;" in html) == (
        False,
        False,
        True,
    )


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_rotations_and_of_what_is_to_come_costs_twenty_queries(
    signed_in: SignIn,
    ada: Person,
    bo: Person,
    primary: Schedule,
    count: int,
    django_assert_num_queries,
    django_capture_on_commit_callbacks,
):
    rotations = [weekly_rotation(primary, [ada, bo], name=f"Rotation {number}") for number in range(count)]
    for number, rotation in enumerate(rotations):
        accepted_swap(rotation, 153, bo, ada, now=NOW)
        asked_swap(rotation, 152, ada, bo, now=NOW)
        edit_rotation(rotation, draft=draft([bo]), effective_at=MONDAY + 60 * DAY, by=Actor.system(), now=NOW)
        override(primary, MONDAY + number * DAY, DAY, person=bo, now=NOW)
        absence(bo, MONDAY + (number + 4) * DAY, HOUR, now=NOW)
    settle_due_schedules(now=NOW)
    review_warnings(primary, now=NOW)
    client = signed_in(ada)
    with django_capture_on_commit_callbacks(execute=True):
        client.get(PAGE)

    # The session and the person; the schedule; the revision, the record, overrides, swaps and people of the timeline,
    # the revision and people of now; who manages; the swaps that wait with rotations and two sorts of people; who made
    # overrides and edits; the warnings; who is away, and what they asked for.
    with django_assert_num_queries(20):
        client.get(PAGE)
