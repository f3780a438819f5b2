"""What does the page of a schedule's load say?"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from rotations.actors import Actor
from rotations.services.people import deactivate_person
from rotations.services.warnings import review_warnings
from tests.factories.rotations import administrator, hours, override, person, schedule, team, weekly_rotation
from tests.oncall.pages.conftest import NOW, SignIn
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db

PAGE = "/schedules/payments-primary/load/"
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def company():
    ada, bo = person("Ada Okafor", zone="Europe/Berlin", country="DE"), person("Bo Lind")
    primary = schedule("payments-primary", of=team("payments"))
    weekly_rotation(primary, [ada, bo])
    return ada, bo, primary


def cells(response) -> list[list[str]]:
    html = response.content.decode()
    rows = re.findall(r"<tr>(.*?)</tr>", html[html.index("<tbody>") :], re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_without_a_window_it_is_this_month_by_the_clock_of_the_viewer(signed_in: SignIn, company):
    ada, *_ = company

    response = signed_in(ada).get(PAGE)

    window = response.context["found"].window
    assert (window.start, window.end) == (
        datetime(2026, 10, 31, 23, tzinfo=UTC),
        datetime(2026, 11, 30, 23, tzinfo=UTC),
    )
    assert 'value="2026-11-01"' in response.content.decode()
    assert 'href="?from=2026-10-01&amp;until=2026-11-01">October 2026' in response.content.decode()
    assert 'href="?from=2026-12-01&amp;until=2027-01-01">December 2026' in response.content.decode()


def test_the_figures_of_each_person_stand_in_a_table_and_in_words_at_each_bar(signed_in: SignIn, company):
    _, bo, _ = company

    response = signed_in(bo).get(PAGE, {"from": "2026-12-28", "until": "2027-01-03"})

    # Ada serves from Monday 10:00 in Berlin to Sunday 01:00; Friday is New Year's Day.
    assert cells(response) == [
        ["Ada Okafor Europe/Berlin", "1", "135 h", "43 h", "25 h", "24 h"],
        ["Bo Lind UTC", "1", "9 h", "6 h", "0 h", "0 h"],
    ]
    assert lines_of(response, "load") == [
        "Hours per person",
        "Mon 28 Dec 00:00 to Sun 3 Jan 2027 00:00",
        "Day",
        "Night",
        "Weekend",
        "Public holiday",
        "Ada Okafor 135 h",
        "Day 60 h · Night 26 h · Weekend 25 h · Holiday 24 h",
        "Bo Lind 9 h",
        "Day 3 h · Night 6 h",
    ]
    assert "No public holidays are known, and none counted, of Bo Lind (no country)." in lines_of(response, "figures")


def test_bars_are_to_one_scale_and_their_parts_make_up_the_whole(signed_in: SignIn, company):
    ada, *_ = company

    shares = signed_in(ada).get(PAGE, {"from": "2026-11-16", "until": "2026-11-30"}).context["shares"]

    widths = [sum(float(part.width.removesuffix("%")) for part in share.parts) for share in shares]
    assert max(widths) == pytest.approx(100, abs=0.01)
    for share, width in zip(shares, widths, strict=True):
        assert sum((part.span for part in share.parts), timedelta()) == share.of.load.time
        longest = max(each.of.load.time for each in shares)
        assert width == pytest.approx(100 * (share.of.load.time / longest), abs=0.01)


def test_gaps_silence_double_bookings_and_short_rests_are_listed(signed_in: SignIn, company):
    _, bo, primary = company
    override(primary, MONDAY, timedelta(seconds=30), kind="remove", replaces=bo)
    override(primary, MONDAY + DAY, timedelta(hours=2), kind="silence")
    other = schedule("search", name="Search", least_rest=timedelta(hours=16))
    weekly_rotation(other, [bo], windows=[hours("09:00", "18:00", "wed", "thu")])
    window = {"from": "2026-11-23", "until": "2026-11-30"}

    here, there = signed_in(bo).get(PAGE, window), signed_in(bo).get("/schedules/search/load/", window)

    assert lines_of(here, "gaps") == [
        "1 gap, 0.01 h in all",
        "Nobody Mon 23 Nov 09:00 to Mon 23 Nov 09:00",
        "Planned silence Tue 24 Nov 09:00 to Tue 24 Nov 11:00",
    ]
    assert lines_of(here, "double-bookings") == [
        "On call in two schedules at once",
        "Bo Lind also in Search Wed 25 Nov 09:00 to Wed 25 Nov 18:00",
        "Bo Lind also in Search Thu 26 Nov 09:00 to Thu 26 Nov 18:00",
    ]
    assert lines_of(there, "short-rests") == [
        "Rests under 16 h",
        "Bo Lind rests 15 h Wed 25 Nov 18:00 to Thu 26 Nov 09:00",
    ]
    assert lines_of(here, "short-rests") == []


def test_what_is_foreseen_is_listed(signed_in: SignIn, company):
    ada, bo, primary = company
    deactivate_person(bo, by=Actor.system(), now=NOW)
    review_warnings(primary, now=NOW)

    assert lines_of(signed_in(ada).get(PAGE), "foreseen") == [
        "Foreseen in the next 30 days",
        *(
            f"{text} {span}"
            for span in ("Mon 23 Nov 10:00 to Mon 30 Nov 10:00", "Mon 7 Dec 10:00 to Mon 14 Dec 10:00")
            for text in ("Nobody is on call: Bo Lind left", "It is the turn of Bo Lind, who was deactivated")
        ),
    ]


def test_a_schedule_without_rotations_is_one_gap(signed_in: SignIn):
    schedule("payments-primary")

    response = signed_in(person("Ada")).get(PAGE, {"from": "2026-11-01", "until": "2026-11-02"})

    assert "Nobody is on call in this time." in lines_of(response)
    assert lines_of(response, "gaps")[0] == "1 gap, 24 h in all"


@pytest.mark.parametrize(
    ("window", "told"),
    [
        ({"from": "2026-11-02", "until": "2026-11-02"}, "Choose a later day than the first."),
        ({"from": "2026-11-02", "until": "2026-11-01"}, "Choose a later day than the first."),
        ({"from": "2026-11-02"}, "This field is required."),
        ({"from": "soon", "until": "2026-11-01"}, "Write a date and a time, such as 2026-11-30T09:00."),
        ({"from": "2026-11-01", "until": "2028-11-01"}, "A window is at most 400 days long."),
        ({"from": "1901-11-01", "until": "1901-11-02"}, "Choose a year from 1970 to 2099."),
    ],
)
def test_a_window_that_makes_no_sense_is_told_at_its_field(signed_in: SignIn, company, window, told):
    response = signed_in(company[0]).get(PAGE, window)

    assert response.status_code == 400
    assert told in lines_of(response)
    assert "found" not in response.context


def test_a_link_may_name_moments_and_leads_to_the_same_figures_as_csv(signed_in: SignIn, company):
    client = signed_in(company[0])
    window = {"from": "2026-11-20T00:00:00+01:00", "until": "2026-12-01T00:00:00Z"}

    page = client.get(PAGE, window).content.decode()

    address = re.search(r'href="(/api/v1/[^"]+)"', page)
    assert address is not None
    table = client.get(address[1].replace("&amp;", "&")).content.decode().splitlines()
    assert [line.split(",")[0] for line in table] == ["person", "Ada Okafor", "Bo Lind"]
    assert (
        "load-payments-primary-2026-11-19-2026-12-01"
        in client.get(address[1].replace("&amp;", "&")).headers["Content-Disposition"]
    )


def test_it_is_for_those_who_signed_in_and_of_schedules_that_are_there(client: Client, signed_in: SignIn):
    assert client.get(PAGE).headers["Location"] == f"/accounts/login/?next={PAGE}"
    assert signed_in(person()).get(PAGE).status_code == 404


def test_the_board_and_the_schedule_s_page_in_the_admin_lead_here(signed_in: SignIn, company):
    client = signed_in(administrator("Root", is_staff=True))
    _, _, primary = company

    for page in ("/", f"/admin/rotations/schedule/{primary.pk}/change/"):
        assert f'href="{PAGE}"' in client.get(page).content.decode()


def test_no_script_and_no_style_stands_in_the_page(signed_in: SignIn, company):
    html = signed_in(company[0]).get(PAGE).content.decode()

    assert [word for word in ("<script", "<style", " style=", "javascript:") if word in html] == []


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_people_schedules_and_warnings_costs_nine_queries(
    signed_in: SignIn, count: int, django_assert_num_queries, django_capture_on_commit_callbacks
):
    crew = [person(f"Person{n}") for n in range(count)]
    primary = schedule("payments-primary", least_rest=timedelta(hours=11))
    weekly_rotation(primary, [*crew, None])
    for n, each in enumerate(crew):
        weekly_rotation(schedule(f"other-{n}"), [each])
    review_warnings(primary, now=NOW)
    client = signed_in(crew[0])
    with django_capture_on_commit_callbacks(execute=True):
        client.get(PAGE)

    # The session and the person; the schedule, its revision twice, the people, their schedules and the revisions of
    # those, the warnings.
    with django_assert_num_queries(9):
        client.get(PAGE)
