"""How secrets are made and kept: bearer tokens as digests, what must be read back encrypted at rest."""

import hashlib
import secrets as random_source
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

# Django's fields are generic to the type checker only.
if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField

TOKEN_BYTES = 32


def new_token(prefix: str = "") -> str:
    """Return 256 random bits as URL-safe text after ``prefix``."""
    return prefix + random_source.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    """Return the SHA-256 of ``token`` in hexadecimal, 64 characters: what is stored of it.

    A plain digest is enough: the token has 256 random bits, so there is nothing to guess.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


class EncryptedTextField(TextField):
    """Text encrypted in the database with the first of ``settings.ENCRYPTION_KEYS``, read with any of them."""

    def get_prep_value(self, value: Any) -> Any:
        if value in (None, ""):
            return value
        return _cipher().encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> str | None:
        if value in (None, ""):
            return value
        try:
            return _cipher().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise ImproperlyConfigured(
                "A stored secret cannot be read: ONCALL_ENCRYPTION_KEYS lacks the key it was encrypted with."
            ) from error
