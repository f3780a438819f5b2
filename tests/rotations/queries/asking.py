"""A process of its own that asks: ``python -m tests.rotations.queries.asking SLUG MOMENT``.

For every line that comes in, one goes out: who is on call, and how many statements it took to say so.
"""

import json
import sys
from datetime import datetime

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from rotations.models import Schedule  # noqa: E402
from rotations.queries import on_call  # noqa: E402


def main(slug: str, moment: str) -> None:
    for _ in sys.stdin:
        # Read afresh, as every request does: what is remembered is the plan.
        schedule = Schedule.objects.get(slug=slug)
        with CaptureQueriesContext(connection) as captured:
            (entry,) = on_call([schedule], at=datetime.fromisoformat(moment))
        answer = [one.person.name for one in entry.people], len(captured)
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
