"""What comes back from an address that somebody gave us, and what does it learn of us?"""

import gzip
import tracemalloc
import zlib
from functools import partial
from ipaddress import ip_network

import pytest

from rotations.outgoing import Limits, Unreachable, send
from tests.rotations.outgoing.certificates import authority_and_server
from tests.strangers import INSIDE, answering, bomb, http, redirect, stranger

# Without the time of day, which would be part of the names of tests, and of another name in each process.
gzipped = partial(gzip.compress, mtime=0)
QUICK = Limits(seconds=0.3, bytes=10_000, redirects=2)
PATIENT = Limits(seconds=30, bytes=10_000, redirects=2)


def heard(url, **options):
    answer = send(url, **{"limits": PATIENT} | options)
    return answer.status, answer.body


def reason(url, limits=PATIENT):
    with pytest.raises(Unreachable) as refused:
        send(url, limits=limits)
    return refused.value.code


def test_an_answer_has_a_status_headers_a_body_and_where_it_came_from():
    with stranger(answering(http(b"hello", 'ETag: "1"', status="404 Not Found"))) as server:
        answer = send(f"{server.url}/a?b=c#d")

    assert (answer.status, answer.headers["etag"], answer.body) == (404, '"1"', b"hello")
    assert answer.url == f"{server.url}/a?b=c"


def test_a_request_names_us_and_sends_what_it_is_given(settings):
    settings.USER_AGENT = "Oncall (+https://oncall.example.test)"
    with stranger(answering(http())) as server:
        send(f"{server.url}/grüße?x=%20", method="POST", headers={"X-Sign": "1"}, body=b"abc")

    request = (
        "POST /gr%C3%BC%C3%9Fe?x=%20 HTTP/1.1\r\n"
        "Content-Length: 3\r\n"
        "User-Agent: Oncall (+https://oncall.example.test)\r\n"
        "X-Sign: 1\r\n"
        f"Host: 127.0.0.1:{server.port}\r\n"
        "Accept-Encoding: gzip\r\n"
        "Connection: close\r\n"
        "\r\n"
        "abc"
    )
    assert server.requests == [request]


def test_a_user_and_password_in_the_address_are_sent_but_shown_nowhere():
    with stranger(answering(http())) as server:
        answer = send(server.url.replace("//", "//ada:p%40ss@"))

    assert "Authorization: Basic YWRhOnBAc3M=\r\n" in server.requests[0]
    assert answer.url == f"{server.url}/"


@pytest.mark.parametrize(
    ("packing", "packed"),
    [
        ("gzip", gzipped(b"hello")),
        ("gzip", gzipped(b"hel") + gzipped(b"lo")),
        ("deflate", zlib.compress(b"hello")),
        ("identity", b"hello"),
    ],
)
def test_what_is_packed_is_unpacked(packing, packed):
    with stranger(answering(http(packed, f"Content-Encoding: {packing}"))) as server:
        assert heard(server.url) == (200, b"hello")


def test_a_body_in_chunks_is_put_together():
    with stranger(answering(http(b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "Transfer-Encoding: chunked"))) as server:
        assert heard(server.url) == (200, b"hello")


@pytest.mark.parametrize(
    ("what", "answer", "code"),
    [
        ("larger than allowed", http(b"x" * 10_001), "too_large"),
        ("larger, and announced as less", http(b"x" * 10_001, "Content-Length: 5"), None),
        ("less than announced", http(b"hello", "Content-Length: 9"), "unreachable"),
        ("a bomb", http(gzipped(bytes(3_000_000)), "Content-Encoding: gzip"), "too_large"),
        (
            "many small bombs",
            http(gzipped(bytes(9_000)) * 2, "Content-Encoding: gzip"),
            "too_large",
        ),
        ("a packing cut short", http(gzipped(b"hello")[:-4], "Content-Encoding: gzip"), "unreachable"),
        ("no packing at all", http(b"hello", "Content-Encoding: gzip"), "unreachable"),
        ("a packing nobody asked for", http(b"hello", "Content-Encoding: br"), "unreachable"),
        ("packed twice", http(gzipped(gzipped(b"x")), "Content-Encoding: gzip, gzip"), "unreachable"),
        ("a chunk of an endless length", http(b"1" * 200_000, "Transfer-Encoding: chunked"), "unreachable"),
        ("headers without end", b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200, "unreachable"),
        ("one endless header", b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 100_000, "unreachable"),
        ("not HTTP", b"SSH-2.0-OpenSSH_9.2\r\n", "unreachable"),
        ("nothing", b"", "unreachable"),
    ],
)
def test_a_body_that_is_not_what_it_should_be_is_refused(what, answer, code):
    with stranger(answering(answer)) as server:
        if code is None:
            assert heard(server.url) == (200, b"xxxxx")
        else:
            assert reason(server.url) == code


@pytest.mark.parametrize(
    ("what", "start", "piece"),
    [
        ("a body", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
        ("a body of no length", b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        ("chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        ("a header", b"HTTP/1.1 200 OK\r\nX-A: ", b"x"),
        ("interim answers", b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        ("nothing at all", b"", b""),
    ],
)
def test_who_sends_a_little_now_and_then_is_cut_off(what, start, piece):
    with stranger(lambda server, _request: server.drip(start, piece)) as server:
        assert reason(server.url, QUICK) == "timed_out"


def test_a_port_where_nobody_listens_is_said_to_be_so():
    with stranger(answering(http())) as server:
        pass

    assert reason(server.url) == "unreachable"


def test_nothing_is_sent_to_what_stands_inside():
    with stranger(answering(http()), address=INSIDE) as server:
        assert reason(server.url) == "forbidden_address"

    assert server.requests == []


def test_a_redirect_is_checked_as_the_first_address_was():
    with stranger(answering(http()), address=INSIDE) as inside, stranger(answering(redirect(inside.url))) as server:
        assert reason(server.url) == "forbidden_address"

    assert (len(server.requests), inside.requests) == (1, [])


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://169.254.169.254/latest/meta-data/", "forbidden_address"),
        ("http://[fd00:ec2::254]/latest/meta-data/", "forbidden_address"),
        ("//127.0.0.2/", "forbidden_address"),
        ("file:///etc/passwd", "invalid_url"),
        ("http://[::1", "invalid_url"),
        ("/a b", "invalid_url"),
        ("/again", "too_many_redirects"),
    ],
)
def test_a_redirect_leads_nowhere_else(location, code):
    with stranger(answering(redirect(location))) as server:
        assert reason(server.url) == code


def test_redirects_are_followed_with_what_is_no_secret():
    secret = {"Authorization": "Bearer x", "X-Key": "y", "Accept": "text/calendar"}
    with (
        stranger(answering(http(b"there"))) as other,
        stranger(answering(redirect("/b"), redirect(f"{other.url}/c"))) as server,
    ):
        answer = send(server.url.replace("//", "//ada:pass@") + "/a", headers=secret, limits=PATIENT)

    assert (answer.body, answer.url) == (b"there", f"{other.url}/c")
    assert ["Basic" in request and "X-Key" in request for request in server.requests] == [True, True]
    telling = [line for line in other.requests[0].splitlines() if line.startswith(("Auth", "X-Key", "Accept:"))]
    assert telling == ["Accept: text/calendar"]


@pytest.mark.parametrize(
    ("status", "request_line", "body"),
    [
        ("303 See Other", "GET /b HTTP/1.1", ""),
        ("302 Found", "GET /b HTTP/1.1", ""),
        ("307 Temporary Redirect", "POST /b HTTP/1.1", "abc"),
        ("308 Permanent Redirect", "POST /b HTTP/1.1", "abc"),
    ],
)
def test_a_redirect_says_whether_the_body_goes_along(status, request_line, body):
    with stranger(answering(redirect("/b", status), http())) as server:
        send(server.url, method="POST", body=b"abc", headers={"Content-Type": "text/plain"}, limits=PATIENT)

    followed = server.requests[1]
    assert (followed.splitlines()[0], followed.partition("\r\n\r\n")[2]) == (request_line, body)
    assert ("Content-Type" in followed) is (body != "")


def test_a_name_that_changes_between_check_and_connection_changes_nothing(names):
    names["turning.example.test"] = [["127.0.0.1"], [INSIDE]]
    with stranger(answering(http(b"outside"))) as server:
        assert heard(f"http://turning.example.test:{server.port}/") == (200, b"outside")

    assert server.requests[0].splitlines()[-1] == ""
    assert f"Host: turning.example.test:{server.port}" in server.requests[0]


def test_a_name_that_changes_between_two_redirects_is_checked_again(names):
    names["turning.example.test"] = [["127.0.0.1"], [INSIDE]]
    with stranger(answering(redirect("/again"))) as server:
        assert reason(f"http://turning.example.test:{server.port}/") == "forbidden_address"

    assert len(server.requests) == 1


def test_one_address_inside_spoils_a_name(names):
    names["both.example.test"] = [["127.0.0.1", INSIDE]]
    with stranger(answering(http())) as server:
        assert reason(f"http://both.example.test:{server.port}/") == "forbidden_address"

    assert server.requests == []


def test_the_next_address_of_a_name_is_tried_where_the_first_is_silent(names, settings):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network("127.0.0.0/28"),)
    names["two.example.test"] = [["127.0.0.3", "127.0.0.1"]]
    with stranger(answering(http(b"second"))) as server:
        assert heard(f"http://two.example.test:{server.port}/") == (200, b"second")


def test_proxies_of_the_environment_are_not_asked(monkeypatch):
    with stranger(answering(http(b"proxy"))) as proxy, stranger(answering(http(b"direct"))) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)

        assert heard(server.url) == (200, b"direct")


def test_a_certificate_is_checked_for_the_name_whatever_address_is_connected_to(names, tmp_path, monkeypatch):
    authority, server_side = authority_and_server(tmp_path, "calendar.example.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    names["calendar.example.test"] = names["other.example.test"] = [["127.0.0.1"]]
    asked = []
    server_side.sni_callback = lambda _socket, name, _context: asked.append(name)
    with stranger(answering(http(b"sealed")), tls=server_side) as server:
        right = heard(f"https://calendar.example.test.:{server.port}/")
        wrong = reason(f"https://other.example.test:{server.port}/")

    assert (right, wrong) == ((200, b"sealed"), "unreachable")
    assert asked == ["calendar.example.test", "other.example.test"]


def test_a_certificate_that_nobody_trusts_is_none(names, tmp_path):
    _authority, server_side = authority_and_server(tmp_path, "calendar.example.test")
    names["calendar.example.test"] = [["127.0.0.1"]]
    with (
        stranger(answering(http()), tls=server_side) as server,
        pytest.raises(Unreachable, match="shows no certificate that is trusted"),
    ):
        send(f"https://calendar.example.test:{server.port}/", limits=PATIENT)

    assert server.requests == []


def test_who_listens_and_never_completes_the_handshake_is_cut_off():
    with stranger(lambda server, _request: server.drip(b"", b"")) as server:
        assert reason(server.url.replace("http:", "https:"), QUICK) == "timed_out"


def test_no_reason_says_more_of_an_address_than_its_host():
    with stranger(answering(http(b"x" * 10_001))) as server, pytest.raises(Unreachable) as refused:
        send(server.url.replace("//", "//ada:hidden@") + "/private-hidden?key=hidden", limits=PATIENT)

    assert "hidden" not in f"{refused.value!r} {refused.value.detail}"


def test_odd_headers_put_no_address_into_the_log(caplog):
    with stranger(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nnot a header\r\nX-A: b\r\n\r\nok")) as server:
        assert send(f"{server.url}/private-hidden").status == 200

    assert "hidden" not in caplog.text


def test_200_megabytes_packed_into_200_kilobytes_are_never_unpacked():
    answer = http(bomb(), "Content-Encoding: gzip")
    with stranger(answering(answer)) as server:
        tracemalloc.start()
        try:
            assert reason(server.url, Limits(bytes=1024 * 1024)) == "too_large"
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert peak < 4 * 1024 * 1024
