"""The ledger of roles: who held which seat, from when to when, and when nobody did."""

from typing import Final, NamedTuple

from django.db import models
from django.db.models import F, Q

from oncall.incidents.models.incidents import Incident
from oncall.incidents.models.plans import Role
from rotations.models import Person


class State(models.TextChoices):
    """``acting``: the deadline passed and nobody was left to offer."""

    OFFERED = "offered", "Offered"
    ACCEPTED = "accepted", "Accepted"
    ACTING = "acting", "Acting"
    ENDED = "ended", "Ended"


class EndReason(models.TextChoices):
    ACCEPTED_ELSEWHERE = "accepted_elsewhere", "Accepted elsewhere"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"
    HANDED_OFF = "handed_off", "Handed off"
    TAKEN = "taken", "Taken"
    RELEASED = "released", "Released"
    VACATED = "vacated", "Vacated"
    DEACTIVATED = "deactivated", "Deactivated"
    MERGED = "merged", "Merged"
    RESOLVED = "resolved", "Resolved"


class SeatStep(NamedTuple):
    """A step of an assignment, from nothing if ``before`` is None, and the facts of which one tells of it."""

    before: State | None
    after: State
    facts: tuple[str, ...]
    reason: EndReason | None = None


_WAITING: Final = (State.OFFERED, State.ACTING)

# Every way in which an assignment goes on; there is no other, and of each the timeline says who did it and why.
SEAT_STEPS: Final = (
    SeatStep(None, State.OFFERED, ("offered",)),
    SeatStep(None, State.ACCEPTED, ("accepted", "taken", "handed_off")),
    SeatStep(State.OFFERED, State.ACCEPTED, ("accepted",)),
    SeatStep(State.OFFERED, State.ACTING, ("acting",)),
    SeatStep(State.ACTING, State.ACCEPTED, ("accepted",)),
    *(SeatStep(state, State.ENDED, ("declined",), EndReason.DECLINED) for state in _WAITING),
    *(SeatStep(state, State.ENDED, ("offer_expired",), EndReason.EXPIRED) for state in _WAITING),
    *(SeatStep(state, State.ENDED, ("taken", "offered"), EndReason.TAKEN) for state in _WAITING),
    SeatStep(State.ACCEPTED, State.ENDED, ("taken",), EndReason.TAKEN),
    SeatStep(State.ACCEPTED, State.ENDED, ("handed_off",), EndReason.HANDED_OFF),
    SeatStep(State.ACCEPTED, State.ENDED, ("released",), EndReason.RELEASED),
    SeatStep(State.ACCEPTED, State.ENDED, ("vacated",), EndReason.VACATED),
    *(
        SeatStep(state, State.ENDED, (reason.value,), reason)
        for state in (*_WAITING, State.ACCEPTED)
        for reason in (EndReason.DEACTIVATED, EndReason.MERGED, EndReason.RESOLVED)
    ),
)


class Assignment(models.Model):
    """One person in one seat of one role for one span ``[since, ended_at)``. Append-only; an empty span is allowed.

    ``because`` says in words why this person was chosen; ``evidence`` lists every candidate and why each was passed
    over (see ``staffing.Candidate``). Whoever is only acting is nagged at ``nag_at``, after ``nags`` of them, of
    which the last calls the managers; at ``relief_at`` somebody is suggested who may relieve whoever accepted. Both are
    null where that is not due any more.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    seat = models.PositiveSmallIntegerField(default=1)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    epoch = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State)
    since = models.DateTimeField()
    accept_by = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=18, choices=EndReason, blank=True)
    end_note = models.CharField(max_length=500, blank=True)
    because = models.CharField(max_length=500)
    evidence = models.JSONField(default=list)
    nag_at = models.DateTimeField(null=True)
    nags = models.PositiveSmallIntegerField(default=0)
    relief_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("incident", "since", "id")
        constraints = (
            models.UniqueConstraint(
                name="a_seat_has_one_open_assignment",
                fields=("incident", "role", "seat"),
                condition=Q(ended_at=None),
                violation_error_message="Somebody holds this role.",
                violation_error_code="role_taken",
            ),
            models.CheckConstraint(
                name="an_assignment_ends_with_a_reason",
                condition=Q(state=State.ENDED, ended_at__isnull=False) & ~Q(end_reason="")
                | (~Q(state=State.ENDED) & Q(ended_at=None, end_reason="")),
            ),
            models.CheckConstraint(
                name="an_assignment_never_ends_before_it_begins",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")),
            ),
            models.CheckConstraint(
                name="an_offer_has_a_deadline",
                condition=~Q(state=State.OFFERED) | Q(accept_by__isnull=False),
            ),
        )
        indexes = (
            models.Index(name="assignment_offer_due", fields=("accept_by",), condition=Q(state=State.OFFERED)),
            models.Index(name="assignment_open_by_person", fields=("person",), condition=Q(ended_at=None)),
            models.Index(name="assignment_nag_due", fields=("nag_at",), condition=Q(state=State.ACTING)),
            models.Index(
                name="assignment_relief_due",
                fields=("relief_at",),
                condition=Q(state=State.ACCEPTED, relief_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.role} in {self.incident}"


class Vacancy(models.Model):
    """A span in which nobody was in a required seat, with the reason. Disjoint from the seat's assignments.

    Those who respond are nagged at ``nag_at``, after ``nags`` of them, of which the last calls the managers; then it is
    null.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="vacancies")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="vacancies")
    seat = models.PositiveSmallIntegerField(default=1)
    epoch = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=40)
    evidence = models.JSONField(default=list)
    nag_at = models.DateTimeField(null=True)
    nags = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("incident", "role", "seat", "id")
        verbose_name_plural = "vacancies"
        constraints = (
            models.UniqueConstraint(
                name="a_seat_has_one_open_vacancy", fields=("incident", "role", "seat"), condition=Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="a_vacancy_never_ends_before_it_begins", condition=Q(ended_at=None) | Q(ended_at__gte=F("since"))
            ),
        )
        indexes = (
            models.Index(name="vacancy_nag_due", fields=("nag_at",), condition=Q(ended_at=None, nag_at__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.role} vacant in {self.incident}: {self.because}"
