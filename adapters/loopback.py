"""Is it this machine? By the name alone: no question to a resolver, which may be told anything."""

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
