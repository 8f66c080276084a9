"""Is it this machine? By the name alone: no question to a resolver, which may be told anything. And its free ports."""

import socket
from ipaddress import ip_address
from typing import Final

LOOPBACK: Final = "127.0.0.1"
"""Where everything of the embedded service listens."""


def is_this_machine(host: str) -> bool:
    """`localhost`, or an address of the loopback network; a name that only begins like one is another machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def free_port() -> int:
    """One for a server that is about to start: it has been used once, so Linux gives it to nobody who asks for any port
    for a minute, and still lets a server listen there."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        port = int(listening.getsockname()[1])
        with socket.create_connection((LOOPBACK, port)) as used:
            listening.accept()[0].close()
            used.recv(1)
    return port
