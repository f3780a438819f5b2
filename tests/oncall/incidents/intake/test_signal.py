"""What the senders' words for severity mean, and which senders there are."""

import pytest

from oncall.incidents.intake import SENDERS, Unsupported, parsed, severity_of
from oncall.incidents.models import IntegrationKind
from rotations.errors import Invalid


@pytest.mark.parametrize(
    ("said", "over", "severity"),
    [
        ((("P1",), ("low",)), {}, 1),
        ((("",), ("high",)), {}, 2),
        ((("SEV-1",), ("low",)), {}, 4),
        ((("SEV-1",), ("low",)), {"sev-1": 1}, 1),
        ((("critical",),), {"Critical": 3}, 3),
        ((("info", "error", "warning"),), {}, 2),
        (((" WARNING ",),), {}, 3),
        ((("average",),), {}, 3),
        ((("3",),), {}, 3),
        ((("unheard of",),), {}, None),
        (((),), {}, None),
        ((), {}, None),
    ],
)
def test_the_first_words_that_mean_a_severity_decide_and_of_several_the_worst(said, over, severity):
    assert severity_of(said, over=over) == severity


def test_every_kind_of_integration_has_its_sender():
    assert SENDERS.keys() == set(IntegrationKind.values)


@pytest.mark.parametrize("raw", [b"", b"{", b"{'a': 1}", b"\xff\xfe", b'{"a": NaN}', b'{"a": "\\ud800"}', b"[" * 5000])
def test_what_is_not_json_is_invalid(raw):
    with pytest.raises(Invalid) as refused:
        parsed(raw)

    assert refused.value.code == "invalid"


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"text"', b"4"])
def test_json_that_is_no_object_is_not_supported(raw):
    with pytest.raises(Unsupported) as refused:
        parsed(raw)

    assert refused.value.code == "unsupported_payload"
