"""Which calendar links has somebody, and under which address is one fetched?"""

from django.conf import settings
from django.db.models import QuerySet
from django.utils.text import slugify

from rotations.models import CalendarLink, Person


def open_links_of(person: Person) -> QuerySet[CalendarLink]:
    """Return the links of ``person`` that are not revoked, the newest first, each with what it shows."""
    return CalendarLink.objects.filter(owner=person, revoked_at=None).select_related("schedule", "team", "person")


def address_of(link: CalendarLink, token: str) -> str:
    """Return the secret address of ``link``: the token alone finds it, the name after it is for people to read."""
    name = getattr(link.schedule or link.team, "slug", "") or slugify(str(link.person)) or "shifts"
    return f"{settings.PUBLIC_URL}/feeds/{token}/{name}.ics"
