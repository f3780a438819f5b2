"""Whom and what does a sender mean? Its names for people and services, looked up among ours."""

from django.db.models import Q
from django.utils.text import slugify

from oncall.incidents.intake import Signal
from oncall.incidents.models import Integration, Service
from rotations.models import Person

# Whoever names more than this names nobody in particular.
PEOPLE_LOOKED_UP = 20


def service_named(name: str) -> Service | None:
    """Return the service whose slug or name this is; null if there is none."""
    if not name:
        return None
    slug = slugify(name)
    found = list(Service.objects.filter(Q(slug=name) | Q(slug=slug) | Q(name__iexact=name)).select_related("team"))
    return min(found, key=lambda service: (service.slug != name, service.slug != slug, service.pk), default=None)


def people_named(signal: Signal, *, integration: Integration) -> list[Person]:
    """Return the active people whom the sender would ask, by e-mail address or by their id in the sending system."""
    emails = [email.lower() for email in signal.emails[:PEOPLE_LOOKED_UP]]
    ids = signal.external_ids[:PEOPLE_LOOKED_UP]
    if not emails and not ids:
        return []
    known = Q(email__in=emails) | Q(**{f"external_ids__{integration.kind}__in": ids})
    return list(Person.objects.filter(known, is_active=True).order_by("pk"))


def agent_named(signal: Signal, *, integration: Integration) -> Person | None:
    """Return whoever did it in the sending system; null if that is nobody of ours."""
    if not signal.agent:
        return None
    return Person.objects.filter(**{f"external_ids__{integration.kind}": signal.agent}).order_by("pk").first()
