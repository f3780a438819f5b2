"""What tests of requests to strangers share: one address that is allowed, and names that mean what a test says."""

import socket
from ipaddress import ip_network

import pytest

from tests.strangers import ALLOWED


@pytest.fixture(autouse=True)
def _one_address_is_allowed(settings):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network(ALLOWED),)


@pytest.fixture
def names(monkeypatch):
    """A table of names, each with the addresses given at each look-up in turn, the last ones again and again."""
    table: dict[str, list[list[str]]] = {}
    really = socket.getaddrinfo

    def look_up(host, port, **options):
        if host not in table:
            return really(host, port, **options)
        answers = table[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [entry for address in addresses for entry in really(address, port, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table
