"""What the project itself remembers."""

from typing import ClassVar

from django.db import models


class Heartbeat(models.Model):
    """The last moment at which a worker was seen to work; one row.

    In the database, not in a file: web processes and workers may run on different machines.
    """

    THE_ONE: ClassVar[int] = 1

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"alive at {self.at:%Y-%m-%d %H:%M:%S}Z"
