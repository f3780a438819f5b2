"""How does one get into the demo? Its generated secrets, kept in a file that only its owner reads."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "demo.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What was generated: of most of it the database keeps only a digest."""

    email: str
    password: str
    member_email: str
    member_password: str
    token: str
    hook_token: str
    calendar_token: str
    calendar_name: str

    def save(self, data_dir: Path) -> None:
        """Write the file whole, readable by its owner alone; one that is there is replaced.

        Raises:
            OSError: it cannot be written.
        """
        draft = data_dir / f".{NAME}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=1)
        draft.replace(data_dir / NAME)

    def in_words(self, public_url: str) -> str:
        """Return how to sign in, declare an incident, feed alerts in and subscribe to a calendar."""
        return f"""\
The demo: Paper Lighthouse, a made-up company. Nobody in it is real, and nobody is paged.

  Open     {public_url}/
  Sign in  {self.email}  {self.password}  (administrator, on call for payments)
      or   {self.member_email}  {self.member_password}  (member)

  Declare an incident, as a paging system would:

curl -s {public_url}/api/v1/incidents/ -H "Authorization: Bearer {self.token}" \
-H "Content-Type: application/json" -d '{{"title": "Checkout 5xx", "severity": 2, "service": "checkout"}}'

  Alertmanager sends to  {public_url}/hooks/{self.hook_token}/
  A calendar to add      {public_url}/feeds/{self.calendar_token}/{self.calendar_name}.ics

  Shown again by: oncall demo --show"""


def saved_keys(data_dir: Path) -> Keys | None:
    """Return what ``save`` wrote, or None where there is none."""
    path = data_dir / NAME
    return Keys(**json.loads(path.read_text())) if path.exists() else None
