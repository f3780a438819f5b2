"""Which addresses stand inside?"""

from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rotations.outgoing import Unreachable, check
from rotations.outgoing.addresses import is_inside
from rotations.outgoing.targets import redirected, target_of
from tests.strangers import ALLOWED


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("127.0.0.2", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("10.1.2.3", "private"),
        ("172.31.255.255", "private"),
        ("192.168.0.1", "private"),
        ("100.64.0.1", "behind a carrier's translation"),
        ("169.254.169.254", "metadata of clouds"),
        ("192.0.0.192", "metadata of a cloud"),
        ("198.18.0.1", "benchmarks"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "broadcast"),
        ("240.0.0.1", "reserved"),
        ("203.0.113.7", "documentation"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::7f00:2", "IPv4 of old, loopback"),
        ("::ffff:127.0.0.2", "mapped, loopback"),
        ("::ffff:169.254.169.254", "mapped, metadata"),
        ("64:ff9b::10.0.0.1", "translated, private"),
        ("64:ff9b:1::1", "translated within a network"),
        ("2002:7f00:2::", "6to4, loopback"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"),
        ("fd00:ec2::254", "metadata of a cloud"),
        ("fe80::1", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),
        ("100::1", "discarded"),
        ("5f00::1", "segment routing"),
    ],
)
def test_what_is_inside_is_kept_from_strangers(address, what):
    assert is_inside(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
)
def test_what_everybody_can_reach_is_open(address):
    assert not is_inside(ip_address(address))


@pytest.mark.parametrize("address", ["10.20.3.4", "::ffff:10.20.3.4", "64:ff9b::10.20.3.4", "fd12::1"])
def test_an_operator_opens_networks_of_theirs(settings, address):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network("10.20.0.0/16"), ip_network("fd12::/48"))

    assert not is_inside(ip_address(address))
    assert is_inside(ip_address("10.21.0.1"))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.2/", "forbidden_address"),
        ("http://inside.example.test:6379/", "forbidden_address"),
        ("http://127.2/", "forbidden_address"),
        ("http://2130706434/", "forbidden_address"),
        ("http://0x7f000002/", "forbidden_address"),
        ("http://0177.0.0.2/", "forbidden_address"),
        ("http://[::1]/", "forbidden_address"),
        ("http://[::ffff:127.0.0.2]/", "forbidden_address"),
        ("http://[fe80::1%251]/", "forbidden_address"),
        ("http://both.example.test/", "forbidden_address"),
        ("http://nowhere.invalid/", "unreachable"),
        ("file:///etc/passwd", "invalid_url"),
        ("ftp://calendar.example.test/", "invalid_url"),
        ("calendar.example.test", "invalid_url"),
        ("https://", "invalid_url"),
        ("https://calendar.example.test:0/", "invalid_url"),
        ("https://calendar.example.test:66000/", "invalid_url"),
        ("https://calendar.example.test\\@127.0.0.2/", "invalid_url"),
        ("https://calendar.example.test/a b", "invalid_url"),
        ("https://calendar.example.test/\r\nHost: x", "invalid_url"),
        ("https://[::1", "invalid_url"),
        (f"https://{'a' * 64}.example.test/", "invalid_url"),
        (f"https://calendar.example.test/{'a' * 4096}", "invalid_url"),
    ],
)
def test_an_address_is_refused_where_it_is_typed_in(names, url, code):
    names["inside.example.test"] = [["127.0.0.2"]]
    names["both.example.test"] = [["1.1.1.1", "10.0.0.1"]]
    names["nowhere.invalid"] = [[]]

    with pytest.raises(Unreachable) as refused:
        check(url)

    assert refused.value.code == code


def test_a_name_with_public_addresses_only_is_let_pass(names):
    names["calendar.example.test"] = [["1.1.1.1", "2606:4700::1111"]]

    check(f"http://{ALLOWED}/")
    check("https://calendar.example.test/leave.ics?key=a%20b")


URLS = st.text(st.sampled_from("htps:/[]@%?#.&=\\ \t\r\n\0aZ9-_é☃\ud800ß"), max_size=40)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), URLS, URLS.map("http://{}".format), URLS.map("https://a:1/{}".format)))
def test_whatever_is_typed_in_is_a_place_or_refused(text):
    with suppress(Unreachable):
        target = target_of(text)

        assert target_of(target.url) == replace(target, authorization="")
        assert redirected(target, text).origin == target.origin
        assert (target.url + target.host).isascii()
