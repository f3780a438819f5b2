"""What does Oncall keep on its own disk?

The SQLite database, the generated keys, mail written to files and the folders of the file-based broker. All of it is
private to the user that runs Oncall.
"""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

OWNER_ONLY = 0o700


def private_directory(path: Path) -> Path:
    """Return ``path``, made if missing; only the owner may enter it, whoever may enter the parents.

    Raises:
        OSError: if it cannot be made or written to.
    """
    path.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(f"{path} cannot be written to")
    return path


def generated_once(path: Path, generate: Callable[[], str]) -> str:
    """Return the text kept at ``path``; the first caller generates it, and every other gets the same.

    Raises:
        OSError: if it can neither be read nor written.
    """
    if not path.exists():
        # Linked into place whole: processes that start together must never read half a key, or each keep their own.
        with tempfile.NamedTemporaryFile("w", dir=private_directory(path.parent), delete=False) as draft:
            draft.write(generate() + "\n")
        try:
            os.link(draft.name, path)
        except FileExistsError:
            pass
        finally:
            Path(draft.name).unlink()
    return path.read_text().strip()


def secret_key(data_dir: Path) -> str:
    """Return the key that signs sessions, generated on the first start."""
    return generated_once(data_dir / "secret_key", lambda: secrets.token_urlsafe(64))


def encryption_key(data_dir: Path) -> str:
    """Return the Fernet key for what is encrypted at rest, generated on the first start."""
    return generated_once(data_dir / "encryption_key", lambda: Fernet.generate_key().decode())


def broker_folders(data_dir: Path) -> dict[str, str]:
    """Return the folders of Celery's file-based broker, in the words of kombu's ``filesystem`` transport."""
    broker = private_directory(private_directory(data_dir) / "broker")
    queue, control = str(private_directory(broker / "queue")), str(private_directory(broker / "control"))
    # A worker reads from the folder that everyone writes to.
    return {"data_folder_in": queue, "data_folder_out": queue, "control_folder": control}
