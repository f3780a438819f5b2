"""Who works at Paper Lighthouse? Nobody: it is made up, and everything here says so to whoever signs in."""

from dataclasses import dataclass

from django.http import HttpRequest

FICTION = "Paper Lighthouse is a made-up company with made-up people: this is the demo, and nobody is paged."


@dataclass(frozen=True, slots=True)
class Employee:
    """One person; the first of the ``TEAMS`` they are listed in is theirs to manage if ``manages``."""

    name: str
    country: str
    manages: bool = False

    @property
    def email(self) -> str:
        """Return an address that no mail reaches: ``.test`` is reserved (RFC 2606)."""
        return f"{self.name.split()[0].lower()}@example.test"


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """A team, all in one zone."""

    slug: str
    name: str
    zone: str
    people: tuple[Employee, ...]


ADMINISTRATOR = Employee("Ada Okafor", "DE", manages=True)
MEMBER = Employee("Bo Lind", "DE")

TEAMS = (
    DemoTeam(
        "payments",
        "Payments, Berlin",
        "Europe/Berlin",
        (
            ADMINISTRATOR,
            MEMBER,
            Employee("Carla Nunes", "DE"),
            Employee("Dmitri Vale", "DE"),
            Employee("Elif Aydin", "DE"),
        ),
    ),
    DemoTeam(
        "platform",
        "Platform, New York",
        "America/New_York",
        (
            Employee("Frances Moore", "US", manages=True),
            Employee("Gus Herrera", "US"),
            Employee("Hana Whitfield", "US"),
            Employee("Ivan Brooks", "US"),
        ),
    ),
    DemoTeam(
        "network",
        "Network, Singapore",
        "Asia/Singapore",
        (
            Employee("Jun Sato", "SG", manages=True),
            Employee("Kavya Rao", "SG"),
            Employee("Liam Tan", "SG"),
            Employee("Mei Santoso", "SG"),
        ),
    ),
)

# Under this name the people of the demo are known as such, in their ``external_ids``.
MARK = "paper-lighthouse"


def fiction(request: HttpRequest) -> dict[str, object]:
    """Give templates ``fiction``: what they say to somebody of the demo. Asked only where it is shown."""
    return {"fiction": lambda: FICTION if MARK in getattr(request.user, "external_ids", {}) else ""}
