"""How does a test show a page to somebody?"""

from urllib.parse import urljoin

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from rotations.models import Person


def show(page: Page, address: str, *, to: Person) -> Page:
    """Show ``address`` to somebody who has signed in; its scripts have run by then."""
    client = Client()
    client.force_login(to)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": urljoin(address, "/")}])
    page.goto(address)
    return page
