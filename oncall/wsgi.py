"""How does a web server reach Oncall? ``granian --interface wsgi oncall.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall.settings")

application = get_wsgi_application()
