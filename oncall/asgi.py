"""How does an asynchronous server reach Oncall?

WSGI is what ``serve`` uses: with synchronous views, ASGI costs ten times the processor time.
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall.settings")

application = get_asgi_application()
