"""How is a shift given away from the timeline, and what stops it?"""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from rotations.models import Override, Person, Rotation, Schedule, Swap
from tests.factories.rotations import absence, asked_swap, override, person, schedule, team, weekly_rotation
from tests.oncall.pages.conftest import NOW, SignIn
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db

PAGE = "/schedules/payments-primary/"
CHANGE = f"{PAGE}change/"
HTMX = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}"}
# The clock stands at Friday 2026-11-20 03:14 UTC; turn 150 is Ada's, 151 begins here and is Bo's.
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BO_S_TURN = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-30T09:00:00Z"}
HERE = {"view": "week", "date": "2026-11-23"}


@pytest.fixture
def mia(primary: Schedule) -> Person:
    """A manager who takes no turns."""
    return Person.objects.get(name="Mia Lang")


@pytest.fixture
def primary(ada: Person, bo: Person) -> Schedule:
    return schedule("payments-primary", of=team("payments", managers=[person("Mia Lang")], members=[ada, bo]))


@pytest.fixture
def rotation(primary: Schedule, ada: Person, bo: Person) -> Rotation:
    return weekly_rotation(primary, [ada, bo])


def opened(client: Client, replaces: Person | None = None, **more):
    """Open the form from a press on a span, by default Bo's next turn."""
    asked = BO_S_TURN | HERE | ({"replaces": str(replaces.pk)} if replaces else {}) | more
    return client.get(CHANGE, asked)


def as_filled_in(response) -> dict[str, str]:
    """Return what a browser sends if the form is saved as it was opened."""
    form = response.context["form"]
    fields = {field.html_name: field.value() for field in form}
    return {name: str(value) for name, value in fields.items() if value is not None} | HERE


def ways(response) -> list[str]:
    return [value for value, _ in response.context["form"].fields["what"].choices]


def saved() -> list[tuple[object, ...]]:
    found = Override.objects.values_list("kind", "replaces__name", "person__name", "start", "end", "reason")
    return list(found)


def test_a_press_and_saving_it_as_it_is_gives_a_turn_to_whoever_is_next(signed_in: SignIn, mia, ada, bo, rotation):
    client = signed_in(mia)
    form = opened(client, bo)

    answer = client.post(CHANGE, as_filled_in(form))

    assert saved() == [("replace", "Bo Lind", "Ada Okafor", MONDAY, MONDAY + 7 * DAY, "")]
    number = Override.objects.get().pk
    assert answer.headers["Location"] == f"{PAGE}?view=week&date=2026-11-23&done={number}#timeline"


def test_what_was_done_is_told_and_undone_by_a_press(signed_in: SignIn, mia, bo, rotation):
    client = signed_in(mia)
    done = client.post(CHANGE, as_filled_in(opened(client, bo))).headers["Location"]

    page = client.get(done)
    undone = client.post(f"{PAGE}overrides/{Override.objects.get().pk}/end/", HERE)

    assert lines_of(page, "done") == [
        "Saved: Ada Okafor instead of Bo Lind, Mon 09:00 to Mon 30 Nov 09:00.",
        "Undo",
    ]
    assert (undone.headers["Location"], saved()) == (f"{PAGE}?view=week&date=2026-11-23", [])
    after = client.get(done)
    assert lines_of(after, "done") == []
    assert "It was taken back: nothing is changed." in lines_of(after)


@pytest.mark.parametrize(
    ("who", "of", "offered"),
    [
        ("Mia Lang", "Bo Lind", ["replace", "take", "add", "silence"]),
        ("Mia Lang", None, ["take", "add", "silence"]),
        ("Ada Okafor", "Bo Lind", ["take"]),
        ("Ada Okafor", None, ["take"]),
        ("Bo Lind", "Bo Lind", ["replace"]),
        ("Zoe Ott", "Bo Lind", []),
    ],
)
def test_everybody_is_offered_what_they_may_do(
    signed_in: SignIn, rotation, who: str, of: str | None, offered: list[str]
):
    person("Zoe Ott")
    replaces = Person.objects.get(name=of) if of else None

    page = opened(signed_in(Person.objects.get(name=who)), replaces)

    assert ways(page) == offered
    assert ("Only members and managers of Payments" in " ".join(lines_of(page, "change"))) is (not offered)


def test_a_member_takes_a_shift_of_somebody_else_in_two_presses(signed_in: SignIn, ada, bo, rotation):
    client = signed_in(ada)

    client.post(CHANGE, as_filled_in(opened(client, bo)))

    assert saved() == [("replace", "Bo Lind", "Ada Okafor", MONDAY, MONDAY + 7 * DAY, "")]


@pytest.mark.parametrize(
    ("what", "made"),
    [
        ("take", ("add", None, "Mia Lang")),
        ("add", ("add", None, "Ada Okafor")),
        ("silence", ("silence", None, None)),
    ],
)
def test_a_gap_is_filled_or_planned(signed_in: SignIn, mia, ada, primary, what: str, made: tuple[object, ...]):
    weekly_rotation(primary, [ada], ends_at=MONDAY + 3 * DAY)
    client = signed_in(mia)
    form = opened(client, start="2026-11-26T09:00:00Z", end="2026-11-27T09:00:00Z")

    client.post(CHANGE, as_filled_in(form) | {"what": what, "person": str(ada.pk)})

    assert [row[:3] for row in saved()] == [made]


def test_the_form_says_before_it_is_saved_what_it_would_change(signed_in: SignIn, mia, ada, bo, rotation):
    absence(ada, MONDAY + DAY, DAY, now=NOW)
    client = signed_in(mia)
    form = opened(client, bo)

    assert lines_of(form, "preview") == [
        "Bo Lind is not on call, Mon 23 Nov 09:00 to Mon 30 Nov 09:00",
        "Ada Okafor is on call, Mon 23 Nov 09:00 to Mon 30 Nov 09:00",
        "Ada Okafor is away, Tue 24 Nov 09:00 to Wed 25 Nov 09:00",
    ]
    part = client.get(f"{CHANGE}preview/", as_filled_in(form) | {"what": "silence"})
    assert part.headers["Oncall-Part"] == "preview"
    assert lines_of(part, "preview") == ["Bo Lind is not on call, Mon 23 Nov 09:00 to Mon 30 Nov 09:00"]
    assert lines_of(client.get(f"{CHANGE}preview/", HERE), "preview") == []
    assert saved() == []


def test_without_scripts_a_button_shows_the_preview_and_keeps_what_was_typed(signed_in: SignIn, mia, bo, rotation):
    client = signed_in(mia)
    filled = as_filled_in(opened(client, bo)) | {"what": "silence", "reason": "moving", "preview": "1"}

    page = client.post(CHANGE, filled)

    assert (page.status_code, saved()) == (200, [])
    assert "Bo Lind is not on call, Mon 23 Nov 09:00 to Mon 30 Nov 09:00" in lines_of(page, "preview")
    assert 'value="moving"' in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"end": "2026-11-23T08:00", "end_at": ""}, "end", "The end must be after the start."),
        (
            {"start": "2026-11-02T09:00", "end": "2026-11-03T09:00"},
            "end",
            "An override that is over by now would change nothing.",
        ),
        ({"start": "soon"}, "start", "Write a date and a time, such as 2026-11-30T09:00."),
        ({"person": ""}, "person", "Choose who."),
        ({"person": "99999"}, "person", "Select a valid choice. That choice is not one of the available choices."),
        ({"what": "explode"}, "what", "Select a valid choice. explode is not one of the available choices."),
    ],
)
def test_a_refusal_is_told_at_its_field_and_nothing_is_lost(
    signed_in: SignIn, mia, bo, rotation, typed: dict[str, str], field: str, told: str
):
    client = signed_in(mia)
    filled = as_filled_in(opened(client, bo)) | {"reason": "moving"} | typed

    page = client.post(CHANGE, filled)

    assert (page.status_code, dict(page.context["form"].errors)) == (400, {field: [told]})
    assert told in lines_of(page, "change")
    assert ('value="moving"' in page.content.decode(), saved()) == (True, [])


def test_somebody_cannot_be_replaced_by_themselves(signed_in: SignIn, mia, bo, rotation):
    client = signed_in(mia)

    page = client.post(CHANGE, as_filled_in(opened(client, bo)) | {"person": str(bo.pk)})

    assert page.context["form"].errors == {"person": ["A person cannot replace themselves."]}


def test_what_is_not_offered_cannot_be_sent_either(signed_in: SignIn, ada, bo, rotation):
    client = signed_in(ada)
    form = as_filled_in(opened(client, bo))

    page = client.post(CHANGE, form | {"what": "silence"})

    assert (page.status_code, saved()) == (400, [])
    assert client.post(CHANGE, form | {"what": "replace", "replaces": str(bo.pk)}).status_code == 400


def test_times_are_read_by_the_clocks_of_the_sheet(signed_in: SignIn, mia, bo, rotation):
    client = signed_in(mia)
    form = opened(client, bo, zone="Asia/Tokyo")
    filled = as_filled_in(form) | {"zone": "Asia/Tokyo", "end": "2026-11-23T19:00", "end_at": ""}

    client.post(CHANGE, filled)

    assert filled["start"] == "2026-11-23 18:00:00"
    assert [row[3:5] for row in saved()] == [(MONDAY, MONDAY + HOUR)]


def test_an_hour_that_comes_twice_is_changed_where_it_was_pressed(signed_in: SignIn, mia, bo, rotation, monkeypatch):
    client = signed_in(mia)
    # 02:30 in Berlin, the second time.
    second = {"start": "2027-10-31T01:30:00Z", "end": "2027-10-31T09:00:00Z", "zone": "Europe/Berlin"}
    form = opened(client, bo, **second)

    client.post(CHANGE, as_filled_in(form) | {"zone": "Europe/Berlin"})

    assert [row[3:5] for row in saved()] == [
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), datetime(2027, 10, 31, 9, tzinfo=UTC))
    ]


def test_scripts_get_the_form_alone(signed_in: SignIn, mia, bo, rotation):
    part = signed_in(mia).get(CHANGE, BO_S_TURN | HERE | {"replaces": str(bo.pk)}, headers=HTMX)

    assert (part.headers["Oncall-Part"], "<html" in part.content.decode()) == ("change", False)


@pytest.mark.parametrize(
    "address",
    ["", "start=2026-11-23T09:00:00Z", "start=soon&end=later", "start=2026-11-23T09:00Z&end=2026-11-22T09:00Z"],
)
def test_an_address_that_names_no_span_leads_nowhere(signed_in: SignIn, mia, rotation, address: str):
    assert signed_in(mia).get(f"{CHANGE}?{address}").status_code == 404


def test_ending_is_refused_in_words_on_the_timeline(signed_in: SignIn, ada, bo, primary, rotation):
    mine = override(primary, NOW - HOUR, 3 * HOUR, person=bo, replaces=ada, now=NOW - HOUR)
    client = signed_in(person("Zoe Ott"))

    page = client.post(f"{PAGE}overrides/{mine.pk}/end/", HERE)

    assert (page.status_code, lines_of(page, "refusal")) == (
        403,
        ["Only managers of Payments and the people it names may end this override."],
    )
    assert page.context["asked"].sheet.title == "23 to 29 November 2026"
    assert Override.objects.get().end == mine.end
    elsewhere = override(schedule("search"), MONDAY, HOUR, kind="silence", now=NOW)
    assert client.post(f"{PAGE}overrides/{elsewhere.pk}/end/").status_code == 404


def test_one_press_asks_the_team_to_take_over_and_one_takes_it_back(signed_in: SignIn, bo, primary, rotation):
    client = signed_in(bo)
    turn = {
        "rotation": rotation.pk,
        "ordinal": 151,
        "replaces": bo.pk,
        "start": (MONDAY + DAY).isoformat(),
        "end": (MONDAY + 2 * DAY).isoformat(),
    }

    asked = client.post(f"{PAGE}swaps/", turn | HERE)
    swap = Swap.objects.get()
    back = client.post(f"{PAGE}swaps/{swap.pk}/cancel/", HERE)

    assert [answer.headers["Location"] for answer in (asked, back)] == [f"{PAGE}?view=week&date=2026-11-23"] * 2
    assert (swap.person, swap.replaces, swap.ordinal, swap.start, swap.end, swap.state) == (
        None,
        bo,
        151,
        MONDAY + DAY,
        MONDAY + 2 * DAY,
        "asked",
    )
    assert Swap.objects.get().state == "cancelled"
    assert [line for line in lines_of(client.get(PAGE)) if line.startswith(("Payments was", "Nobody is asked"))] == [
        "Payments was asked. Until somebody accepts, Bo Lind stays on call.",
        "Nobody is asked any more.",
    ]


def test_nobody_asks_for_somebody_else(signed_in: SignIn, ada, bo, rotation):
    turn = {"rotation": rotation.pk, "ordinal": 151, "replaces": bo.pk, "start": MONDAY.isoformat()}
    client = signed_in(ada)

    page = client.post(f"{PAGE}swaps/", turn | {"end": (MONDAY + DAY).isoformat()})

    assert (page.status_code, Swap.objects.count()) == (403, 0)
    assert lines_of(page, "refusal") == ["Only Bo Lind and managers of Payments may do this."]
    swap = asked_swap(rotation, 151, bo, None, now=NOW)
    assert client.post(f"{PAGE}swaps/{swap.pk}/cancel/").status_code == 403


@pytest.mark.parametrize(
    "broken", [{"ordinal": "x"}, {"rotation": "99999"}, {"replaces": ""}, {"start": "soon"}, {"end": "2020-01-01"}]
)
def test_a_button_that_was_never_there_leads_nowhere(signed_in: SignIn, bo, rotation, broken: dict[str, str]):
    turn = {"rotation": rotation.pk, "ordinal": 151, "replaces": bo.pk, "start": MONDAY.isoformat()}
    sent = turn | {"end": (MONDAY + DAY).isoformat()} | broken

    assert (signed_in(bo).post(f"{PAGE}swaps/", sent).status_code, Swap.objects.count()) == (404, 0)


def test_only_those_who_signed_in_change_anything(client: Client, primary, rotation):
    for address in (CHANGE, f"{CHANGE}preview/", f"{PAGE}swaps/", f"{PAGE}overrides/1/end/"):
        assert client.get(address).headers["Location"].startswith("/accounts/login/")
    assert client.post(CHANGE, BO_S_TURN).status_code == 302
