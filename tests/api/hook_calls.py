"""How do senders call in tests, and what do they hear?"""

import json

from django.test import Client

from oncall.incidents.models import Assignment, Delivery, Incident, SignalKey, TimelineEntry

SECRET = "s3cret"
LIMIT = 512 * 1024


def post(token, body, content_type="application/json", **headers):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().post(f"/hooks/{token}/", body, content_type=content_type, headers=names)


def answer_of(response):
    """Return status, outcome and incident of an answer, whose delivery is a known one."""
    body = response.json()
    assert body.keys() == {"outcome", "incident", "delivery"}
    assert Delivery.objects.filter(pk=body["delivery"]).exists()
    return response.status_code, body["outcome"], body["incident"]


def problem_of(response):
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    return response.status_code, problem["code"]


def written():
    kinds = (Delivery, Incident, SignalKey, TimelineEntry, Assignment)
    return {kind.__name__: kind.objects.count() for kind in kinds if kind.objects.exists()}
