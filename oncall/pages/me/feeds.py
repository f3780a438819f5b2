"""Which calendars say when I am away, how far can they be trusted, and which one more shall?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from rotations.models import AbsenceFeed, Person
from rotations.queries.absence_feeds import FeedSeen, absence_feeds_of


@dataclass(frozen=True, slots=True)
class MyFeed:
    """One calendar, and the form that changes how it is read. ``is_awaited``: the background task comes to it next."""

    seen: FeedSeen
    form: "FeedForm"
    is_awaited: bool

    @property
    def of(self) -> AbsenceFeed:
        """Return the feed itself."""
        return self.seen.feed


def shown(person: Person, *, now: datetime, with_form: "FeedForm | None" = None) -> dict[str, Any]:
    """Return what the section shows; ``with_form`` is one that was refused, in place of the feed's own."""
    refused = {with_form.prefix: with_form} if with_form else {}
    forms_of = {seen: FeedForm.of(seen.feed) for seen in absence_feeds_of(person, now=now)}
    return {
        "feeds": [
            MyFeed(seen, refused.get(form.prefix, form), is_awaited=seen.feed.due_at <= now)
            for seen, form in forms_of.items()
        ],
        "new_feed": NewFeedForm(),
    }


class FeedForm(forms.Form):
    """Where a calendar is, what its absences are called, and which of its events count."""

    # No field for web addresses: those of calendars have schemes of their own, and the service judges them.
    url = forms.CharField(
        label="Address",
        max_length=4096,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
        help_text="Leave it empty to keep the one it has, which is not shown again.",
    )
    name = forms.CharField(
        label="What is it called?",
        max_length=100,
        help_text="Everybody who signs in reads this as the reason; what its events are called is not taken over.",
    )
    keywords = forms.CharField(
        label="Which events count?",
        max_length=200,
        required=False,
        help_text="Those with one of these words, such as vacation, out of office. Empty: all that block time.",
    )

    @classmethod
    def of(cls, feed: AbsenceFeed, data: Any = None) -> "FeedForm":
        """Return the form that changes ``feed``; it does not tell the address."""
        return cls(data, initial={"name": feed.name, "keywords": feed.keywords}, prefix=f"feed-{feed.pk}")


class NewFeedForm(FeedForm):
    """A calendar that is not read yet."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="new-feed")
        self.fields["url"].required = True
        self.fields[
            "url"
        ].help_text = (
            "Its private address in iCal format: https, or webcal. It is kept encrypted, and shown to nobody again."
        )
        self.fields["name"].required = False
        self.fields["name"].help_text = "Everybody who signs in reads this as the reason. Empty: the calendar's host."
