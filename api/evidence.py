"""Who was considered for a role, and why was each of them chosen or passed over?"""

from typing import Any

from rest_framework import serializers

from api.people import ADA, BO
from api.shapes import Answer
from oncall.incidents.staffing import PassedOver

CONSIDERED: list[dict[str, Any]] = [
    {
        "person": BO["id"],
        "name": BO["name"],
        "because": "named in the response plan",
        "passed_over": "absent",
        "accepted_in_30_days": 2,
        "open_incidents": 0,
        "hinted": False,
        "words": "Bo Lind: named in the response plan, but away until 2026-11-23T09:00:00Z",
    },
    {
        "person": ADA["id"],
        "name": ADA["name"],
        "because": "on call in payments-primary until 2026-11-23T09:00:00Z",
        "passed_over": None,
        "accepted_in_30_days": 1,
        "open_incidents": 0,
        "hinted": False,
        "words": "Ada Okafor: on call in payments-primary until 2026-11-23T09:00:00Z",
    },
]


class CandidateShape(Answer):
    """Somebody who was considered: where they were found, and why they were passed over, null for who was chosen.

    ``words`` says all of it in a sentence.
    """

    person = serializers.IntegerField()
    name = serializers.CharField()
    because = serializers.CharField()
    passed_over = serializers.ChoiceField([each.value for each in PassedOver], allow_null=True)
    accepted_in_30_days = serializers.IntegerField(help_text="How often they accepted this role; drills do not count.")
    open_incidents = serializers.IntegerField(help_text="In how many others they serve in this role.")
    hinted = serializers.BooleanField(help_text="The sender of the signal named them.")
    words = serializers.CharField()
