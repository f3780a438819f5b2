"""Which roles do I hold or am I asked to take, in which open incidents?"""

from dataclasses import replace
from typing import Any

from oncall.incidents.queries import incident_views, open_handoffs, open_incidents_of
from oncall.pages.cards import Card, incident_card
from oncall.pages.shown import by_urgency, news
from rotations.models import Person


def shown(person: Person) -> dict[str, Any]:
    """Return what the section shows: the incidents, each with the roles that concern ``person`` alone."""
    views = incident_views(open_incidents_of(person))
    handoffs = open_handoffs(view.incident for view in views)
    cards = [_mine(incident_card(view, viewer=person, handoffs=handoffs)) for view in views]
    cards.sort(key=by_urgency)
    return {
        "cards": cards,
        "numbers": [card.number for card in cards],
        "news": news(cards),
        "waiting": sum(card.waits_for_viewer for card in cards),
        "page": "me",
        "part": "roles",
        "page_url": "/me/",
    }


def _mine(card: Card) -> Card:
    return replace(card, rows=tuple(row for row in card.rows if row.is_viewer or row.waits_for_viewer))
