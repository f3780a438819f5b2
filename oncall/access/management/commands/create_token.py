"""Issue a bearer token from a shell: ``TOKEN=$(oncall create_token "Alert relay" --scope incidents)``."""

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oncall.access.models import Scope
from oncall.access.services.tokens import create_token
from rotations.actors import Actor
from rotations.errors import Refusal
from rotations.models import Person

LONGEST_DAYS = 3650


def _days(text: str) -> timedelta:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LONGEST_DAYS:
        raise ArgumentTypeError(f"{text!r} is not a number of days from 1 to {LONGEST_DAYS}.")
    return timedelta(days=int(text))


class Command(BaseCommand):
    """Print the new token, and nothing else, on standard output."""

    help = "Issue an API token and print it. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help='What uses it, such as "Alert relay".')
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=Scope.values,
            dest="scopes",
            help="What it may do; give it again for several.",
        )
        parser.add_argument("--person", metavar="EMAIL", help="Whom it acts as; left out, it is a service's token.")
        parser.add_argument("--expires-in-days", type=_days, metavar="DAYS", dest="expires_in")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            _, secret = create_token(
                name=options["name"],
                scopes=options["scopes"],
                person=_person(options["person"]) if options["person"] else None,
                expires_at=now + options["expires_in"] if options["expires_in"] else None,
                by=Actor.system(),
                now=now,
            )
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        self.stdout.write(secret)


def _person(email: str) -> Person:
    try:
        return Person.objects.get(email=email.strip().lower())
    except Person.DoesNotExist as error:
        raise CommandError(f"Nobody has the e-mail address {email}.") from error
