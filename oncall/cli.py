"""What happens when someone types ``oncall``?"""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the management command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall.settings")
    execute_from_command_line(sys.argv)
