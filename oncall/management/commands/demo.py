"""``oncall demo``: a made-up company to look around in."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from oncall.demo.keys import Keys, saved_keys
from oncall.demo.services.closing import start_over
from oncall.demo.services.founding import found
from rotations.errors import Conflict
from rotations.models import Person


class Command(BaseCommand):
    """Refuses a database that has people."""

    help = "Fill an empty database with a made-up company, and print how to sign in."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        ways = parser.add_mutually_exclusive_group()
        ways.add_argument("--show", action="store_true", help="only print again how to sign in")
        ways.add_argument("--if-empty", action="store_true", help="where there are people, do as --show; never fail")
        ways.add_argument("--reset", action="store_true", help="delete everything and start over, if all is the demo's")

    def handle(self, *_args: Any, show: bool, if_empty: bool, reset: bool, **_options: Any) -> None:
        """Print what was generated; the database keeps most of it only as digests."""
        if show or (if_empty and Person.objects.exists()):
            keys = saved_keys(settings.ENVIRONMENT.data_dir)
            if keys is None and show:
                raise CommandError("There is no demo here: nothing is kept of one in the data directory.")
        else:
            keys = _made(again=reset)
        if keys is not None:
            self.stdout.write(keys.in_words(settings.PUBLIC_URL))


def _made(*, again: bool) -> Keys:
    make = start_over if again else found
    try:
        return make(data_dir=settings.ENVIRONMENT.data_dir, now=timezone.now())
    except Conflict as refusal:
        raise CommandError(refusal.detail) from refusal
    except OSError as problem:
        raise CommandError(f"The keys of the demo cannot be kept: {problem}") from problem
