"""Only the exact bytes, under the secret, are signed."""

import pytest

from oncall.incidents.intake import is_signed, signature_of
from tests.payloads import raw

SECRET = "s3cret"
BODY = raw("pagerduty_v3_triggered")
RIGHT = signature_of(BODY, secret=SECRET)
WRONG = signature_of(BODY, secret="another")


def test_a_known_answer():
    # RFC 4231, test case 2.
    assert signature_of(b"what do ya want for nothing?", secret="Jefe") == (
        "v1=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@pytest.mark.parametrize(
    ("header", "signed"),
    [
        (RIGHT, True),
        (f"{WRONG},{RIGHT}", True),
        (f"{RIGHT}, {WRONG}", True),
        (f"v0=abc,{RIGHT}", True),
        (WRONG, False),
        ("", False),
        ("v1=", False),
        (RIGHT.removeprefix("v1="), False),
        (RIGHT.replace("v1=", "v2="), False),
        (RIGHT[:-1], False),
        (RIGHT + "0", False),
        (RIGHT.upper(), False),
        ("v1=é", False),
    ],
)
def test_any_signature_that_matches_is_enough(header, signed):
    assert is_signed(BODY, header=header, secret=SECRET) is signed


@pytest.mark.parametrize("position", [0, len(BODY) // 2, len(BODY) - 1])
def test_one_byte_changed_is_not_signed(position):
    changed = BODY[:position] + bytes([BODY[position] ^ 1]) + BODY[position + 1 :]

    assert not is_signed(changed, header=RIGHT, secret=SECRET)
