"""What is somebody told in a section of their page, after they pressed a button there?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence in ``section``. ``status`` is that of the answer: of a refusal, as REST gives it."""

    section: str
    text: str
    status: int = 200

    @property
    def is_refusal(self) -> bool:
        """Return whether nothing was written."""
        return self.status >= 400
