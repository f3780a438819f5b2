"""What does somebody want to hear, and how long before a shift? A form of choices, none of which can be mistyped."""

from typing import Any

from django import forms

from oncall.notices.models import MOST_REMINDERS
from oncall.notices.queries import preference_of
from oncall.notices.telling import ALWAYS_TOLD, Topic
from oncall.notices.telling.moments import in_minutes
from rotations.models import Person

CHOSEN = [topic for topic in Topic if topic not in ALWAYS_TOLD]
# What people mostly want; whatever else was chosen over the API is offered beside it.
USUAL_REMINDERS = (10080, 4320, 2880, 1440, 720, 240, 120, 60, 30, 15)


class NoticesForm(forms.Form):
    """What one person hears by mail."""

    topics = forms.MultipleChoiceField(
        label="Tell me by e-mail when",
        choices=[(topic.value, topic.words) for topic in CHOSEN],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reminders = forms.TypedMultipleChoiceField(
        label="Remind me before a shift starts",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=f"At most {MOST_REMINDERS} times.",
    )

    def __init__(self, data: Any = None, *, person: Person) -> None:
        chosen = preference_of(person)
        initial = {
            "topics": [topic.value for topic in CHOSEN if topic not in chosen.muted],
            "reminders": chosen.reminders,
        }
        super().__init__(data, initial=initial)
        offered = sorted({*USUAL_REMINDERS, *chosen.reminders}, reverse=True)
        self.fields["reminders"].choices = [(one, in_minutes(one)) for one in offered]  # type: ignore[attr-defined]

    @property
    def muted(self) -> list[str]:
        """Return what the person does not want to hear; the form is valid."""
        return [topic.value for topic in CHOSEN if topic.value not in self.cleaned_data["topics"]]


def shown(person: Person) -> dict[str, Any]:
    """Return what ``pages/parts/notice_preferences.html`` shows."""
    return {"notices": NoticesForm(person=person), "always_told": [topic.words for topic in sorted(ALWAYS_TOLD)]}
