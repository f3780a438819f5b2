"""Did the one who knows the secret send exactly these bytes?"""

import hmac
from hashlib import sha256

PREFIX = "v1="


def is_signed(raw: bytes, *, header: str, secret: str) -> bool:
    """Tell whether ``header`` holds the HMAC-SHA256 of ``raw`` under ``secret``.

    The header is ``v1=<hex>[,v1=<hex>…]``; while a secret is being rotated a sender signs with several, and one that
    matches is enough. Compared in constant time, over the bytes as they arrived.
    """
    expected = hmac.new(secret.encode(), raw, sha256).hexdigest().encode()
    given = [signature.strip() for signature in header.split(",")]
    return any(
        hmac.compare_digest(expected, signature.removeprefix(PREFIX).encode())
        for signature in given
        if signature.startswith(PREFIX)
    )


def signature_of(raw: bytes, *, secret: str) -> str:
    """Return the header that a sender who knows ``secret`` adds to ``raw``."""
    return PREFIX + hmac.new(secret.encode(), raw, sha256).hexdigest()
