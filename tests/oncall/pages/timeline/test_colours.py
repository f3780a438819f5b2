"""Which colour has a person?"""

from oncall.pages.timeline.colours import COLOURS, colours_of


def test_everybody_has_their_favourite_where_nobody_chose_it_before():
    assert colours_of([1, 2, 1 + COLOURS, 5]) == {1: 1, 2: 2, 1 + COLOURS: 3, 5: 5}


def test_as_many_as_there_are_colours_share_none_and_more_share_evenly():
    colours = colours_of(range(1, 2 * COLOURS + 1))

    assert sorted(colours.values()) == sorted([*range(COLOURS)] * 2)
    assert len({colours[person] for person in range(1, COLOURS + 1)}) == COLOURS


def test_whoever_comes_later_changes_nobody_s_colour():
    few = colours_of([3, 8, 15], others=[4])

    assert colours_of([3, 8, 15, 27], others=[4]).items() >= colours_of([3, 8, 15]).items()
    assert few.items() >= colours_of([3, 8, 15]).items()
