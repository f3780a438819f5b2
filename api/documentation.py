"""How do people read the description of the API? In the browser, from this server alone."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class Schema(SpectacularAPIView):
    """The description for machines, open to everybody: it tells nothing about anybody."""

    authentication_classes = ()


class Documentation(SpectacularSwaggerSplitView):
    """The same for people: scripts and styles apart from the page, because the policy allows none inside it."""

    authentication_classes = ()
    url_name = "schema"
    template_name = "api/documentation.html"
