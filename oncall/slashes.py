"""What becomes of a request whose address lacks its last slash?"""

from http import HTTPStatus

from django.http import HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware


class SameRequestElsewhere(HttpResponsePermanentRedirect):
    """Sends the same request, its method and body kept (RFC 9110, section 15.4.9).

    After 301 most programs that delivered something ask with GET, and what they had to say is lost.
    """

    status_code = HTTPStatus.PERMANENT_REDIRECT


class AppendSlash(CommonMiddleware):
    """Lead on to the address with a slash."""

    response_redirect_class = SameRequestElsewhere
