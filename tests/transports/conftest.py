"""One server for all tests of transports; they run with whichever version of the Cohere SDK is installed."""

import socket

import pytest
from transports.clients import cohere
from transports.server import serving


def pytest_report_header():
    return f"transports: cohere {cohere.__version__}"


@pytest.fixture(scope="session")
def server():
    with serving() as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def _loopback_only():
    reach = socket.socket.connect

    def connect(self, address):
        assert address[0] == "127.0.0.1", f"a client would reach {address}"
        return reach(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield
