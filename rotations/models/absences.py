"""When somebody is away, and the calendars by which it is known."""

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.db.models import F, Q

from rotations.models.people import Person
from rotations.secrets import EncryptedTextField

# Without a good reading for so long, what was read may well be out of date.
STALE_AFTER: Final = timedelta(hours=48)


class FeedState(models.TextChoices):
    """How far what was read from a calendar can be trusted."""

    NEW = "new", "Not read yet"
    CURRENT = "current", "Up to date"
    FAILING = "failing", "Could not be read; what was read before stands"
    STALE = "stale", "Not read for two days; what was read before stands, and may be out of date"


class AbsenceFeed(models.Model):
    """A calendar that somebody else publishes and that says when ``person`` is away; fetched when ``due_at`` has come.

    Its address is a secret and kept encrypted; ``host`` is what may be shown of it. ``keywords`` are those of an event
    that counts, separated by commas; none: every event does.

    ``etag`` and ``last_modified`` are what its server said, ``digest`` is of the content that was last read, and
    ``read_as`` of how it was read (the zone, the keywords, the day): where it would be read otherwise, it is fetched
    anew. ``failures`` are counted since ``read_at``, the last good reading; ``problem`` says what went wrong last.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absence_feeds")
    name = models.CharField(
        max_length=100, help_text="Seen by everybody who signs in, as the reason of the absences read from it."
    )
    url = EncryptedTextField("address")
    host = models.CharField(max_length=255, editable=False)
    keywords = models.CharField(
        max_length=200,
        blank=True,
        help_text="With commas between them, such as vacation, out of office. Empty: every event counts.",
    )
    created_at = models.DateTimeField(editable=False)
    due_at = models.DateTimeField(editable=False, db_index=True)
    tried_at = models.DateTimeField(null=True, blank=True, editable=False)
    read_at = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    problem_code = models.CharField("kind of problem", max_length=40, blank=True, editable=False)
    problem = models.CharField(max_length=300, blank=True, editable=False)
    skipped = models.PositiveIntegerField("events not understood", default=0, editable=False)
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    read_as = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = "absence feed"
        ordering = ("person__name", "name", "id")

    def __str__(self) -> str:
        return f"{self.name} of {self.person}"

    @property
    def words(self) -> tuple[str, ...]:
        """The keywords, one by one."""
        return tuple(word.strip() for word in self.keywords.split(",") if word.strip())

    def state_at(self, now: datetime) -> FeedState:
        """Return how far what was read can be trusted at ``now``."""
        if (self.read_at or self.created_at) + STALE_AFTER <= now:
            return FeedState.STALE
        if self.failures:
            return FeedState.FAILING
        return FeedState.NEW if self.read_at is None else FeedState.CURRENT


class Absence(models.Model):
    """A person is away within ``[start, end)``; what that does to their turns is each schedule's absence policy.

    One that was read from a ``feed`` is named there by ``uid`` and ``recurrence``; without them it is no longer there.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True, help_text="Seen by everybody who signs in.")
    created_at = models.DateTimeField(editable=False)
    feed = models.ForeignKey(
        AbsenceFeed, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="absences"
    )
    uid = models.CharField(max_length=255, blank=True, editable=False)
    recurrence = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        ordering = ("start", "id")
        indexes = (models.Index(name="absence_by_person_and_end", fields=("person", "end")),)
        constraints = (
            models.CheckConstraint(
                name="an_absence_ends_after_it_starts",
                condition=Q(end__gt=F("start")),
                violation_error_message="The end must be after the start.",
                violation_error_code="end_before_start",
            ),
            models.UniqueConstraint(
                name="an_event_of_a_feed_is_one_absence",
                fields=("feed", "uid", "recurrence"),
                condition=~Q(uid=""),
                violation_error_message="This event was read in already.",
                violation_error_code="unique",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} away, {self.start:%Y-%m-%d %H:%M}Z to {self.end:%Y-%m-%d %H:%M}Z"
