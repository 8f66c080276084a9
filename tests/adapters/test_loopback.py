"""A port for a server that is about to start: nobody else gets it meanwhile."""

import socket
import sys

import pytest

from adapters.loopback import LOOPBACK, free_port


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep a port that was used in another way")
def test_a_free_port_is_kept_from_everybody_but_a_server() -> None:
    port = free_port()
    with socket.socket() as anybody, pytest.raises(OSError, match="in use"):
        anybody.bind((LOOPBACK, port))
    with socket.create_server((LOOPBACK, port)) as server:
        assert server.getsockname() == (LOOPBACK, port)


def test_no_port_is_given_twice() -> None:
    assert len({free_port() for _ in range(50)}) == 50
