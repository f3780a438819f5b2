"""What may a report of a failure tell? Everything but secrets, be they in an address or in a variable."""

from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from oncall.logs import scrub


class ScrubbedReport(ExceptionReporter):
    """Django's report, as a page or as mail, with every token in it replaced."""

    def get_traceback_html(self) -> SafeString:
        return _scrubbed(super().get_traceback_html())

    def get_traceback_text(self) -> SafeString:
        return _scrubbed(super().get_traceback_text())


class NamedSecrets(SafeExceptionReporterFilter):
    """Hides the variables of every frame whose names say that they are secret, as Django does with settings."""

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> Any:
        shown = super().get_traceback_frame_variables(request, tb_frame)
        return [(name, self.cleanse_setting(name, value)) for name, value in shown]


def _scrubbed(text: SafeString) -> SafeString:
    return SafeString(scrub(text))
