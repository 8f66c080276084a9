"""A real Postfix of this machine's packages, strict as relays in the field are; private, and gone afterwards."""

import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from adapters.loopback import free_port
from adapters.temporal.dev_server import die_with

READER: Final = "hanako.sato@customer.example"
DEFERRED: Final = "later@customer.example"
BIGGEST: Final = 100_000
"""Bytes of a mail."""

LISTENERS: Final = ("strict", "at_once", "closed", "sender", "secure")
NOBODY: Final = 65534
UP_WITHIN: Final = 300.0
"""Seconds."""

MAIN: Final = """
compatibility_level = 3.6
queue_directory = {here}/queue
data_directory = {here}/data
maillog_file = {here}/log
maillog_file_prefixes = {here}
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example
mydestination =
mynetworks = 192.0.2.1/32
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
local_transport = error:no local mail
default_transport = error:nothing goes out
local_recipient_maps =
virtual_mailbox_domains = customer.example
virtual_mailbox_base = {here}/mail
virtual_mailbox_maps = inline:{{ {{ hanako.sato@customer.example = hanako/ }}, {{ later@customer.example = later/ }} }}
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
message_size_limit = {biggest}
smtpd_tls_chain_files = {certificate}
smtpd_helo_required = yes
smtpd_helo_restrictions = reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname
smtpd_sender_restrictions = reject_non_fqdn_sender
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{policy}
"""

MASTER: Final = """
127.0.0.1:{strict} inet n - n - - smtpd -o smtpd_tls_security_level=may
127.0.0.1:{at_once} inet n - n - - smtpd -o smtpd_delay_reject=no
127.0.0.1:{closed} inet n - n - - smtpd -o smtpd_client_restrictions=reject
127.0.0.1:{sender} inet n - n - - smtpd -o smtpd_sender_restrictions=reject
127.0.0.1:{secure} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
"""


@dataclass(frozen=True)
class Postfix:
    """Where it listens: each port is a relay of another temper."""

    directory: Path
    strict: int
    """Wants a full host name in EHLO, takes mail for customer.example only, and DEFERRED's at the second try."""

    at_once: int
    """The same, and says so to EHLO itself."""

    closed: int
    """To this machine."""

    sender: int
    """Closed to every sender."""

    secure: int
    """Only after STARTTLS."""

    def delivered(self) -> list[bytes]:
        """Every mail in the mailboxes, oldest first; waits until nothing is on its way."""
        queues = [self.directory / "queue" / name for name in ("maildrop", "incoming", "active")]
        until = time.monotonic() + UP_WITHIN
        while any(file.is_file() for queue in queues for file in queue.rglob("*")):
            assert time.monotonic() < until, "Postfix does not deliver"
            time.sleep(0.02)
        files = sorted((self.directory / "mail").glob("*/new/*"), key=lambda file: file.stat().st_mtime_ns)
        return [file.read_bytes() for file in files]


class Greylist(socketserver.StreamRequestHandler):
    """Postfix's policy protocol: attributes up to an empty line, then an action."""

    seen: set[str]

    def handle(self) -> None:
        """One question after the other."""
        recipient = ""
        for line in self.rfile:
            name, _, value = line.decode().strip().partition("=")
            if name == "recipient":
                recipient = value
            elif not name:
                action = "DUNNO" if recipient != DEFERRED or recipient in self.seen else "DEFER_IF_PERMIT Greylisted"
                self.seen.add(recipient)
                self.wfile.write(f"action={action}\n\n".encode())


@contextmanager
def a_postfix(certificate: Path) -> Iterator[Postfix]:
    """Skips where there is none or where we may not start it; in CI that is a failure."""
    program, daemons = shutil.which("postfix", path="/usr/sbin:/usr/local/sbin"), Path("/usr/lib/postfix/sbin")
    if program is None or os.geteuid() != 0:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "needs Debian's postfix and root: strict relays are real"
        )
    policy = type("Policy", (Greylist,), {"seen": set()})
    with (
        tempfile.TemporaryDirectory(prefix="tenure-postfix-", ignore_cleanup_errors=True) as directory,
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), policy) as asked,
    ):
        asked.daemon_threads = True
        threading.Thread(target=asked.serve_forever, daemon=True).start()
        here = Path(directory)
        _lay_out(here, daemons, certificate, asked.server_address[1])
        with _running(here, program, daemons) as ports:
            yield Postfix(here, **ports)
        asked.shutdown()


@contextmanager
def _running(here: Path, program: str, daemons: Path) -> Iterator[dict[str, int]]:
    """A port that somebody else took meanwhile is another's: all are chosen anew."""
    for _ in range(3):
        ports = {listener: free_port() for listener in LISTENERS}
        (here / "etc" / "master.cf").write_text(MASTER.format(**ports))
        subprocess.run([program, "-c", here / "etc", "check"], check=True, capture_output=True, timeout=UP_WITHIN)
        master = subprocess.Popen(
            [daemons / "master", "-c", here / "etc", "-s"],
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - no other way to be told of the parent's end
        )
        try:
            if all(_greets(port, master) for port in ports.values()):
                yield ports
                return
        finally:
            master.terminate()
            master.wait(UP_WITHIN)
    log = here / "log"
    pytest.fail(f"Postfix does not come up: {log.read_text() if log.exists() else 'no log'}")


def _lay_out(here: Path, daemons: Path, certificate: Path, policy: int) -> None:
    here.chmod(0o755)
    for name in ("etc", "queue", "data", "mail"):
        (here / name).mkdir()
    shutil.chown(here / "data", "postfix")
    os.chown(here / "mail", NOBODY, NOBODY)
    shutil.copy(certificate, here / "etc" / "certificate.pem")
    main = MAIN.format(
        here=here,
        daemons=daemons,
        nobody=NOBODY,
        biggest=BIGGEST,
        policy=policy,
        certificate=here / "etc" / "certificate.pem",
    )
    (here / "etc" / "main.cf").write_text(main)


def _greets(port: int, master: "subprocess.Popen[bytes]") -> bool:
    """It is ours that listens."""
    until = time.monotonic() + UP_WITHIN
    while time.monotonic() < until and master.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=UP_WITHIN) as connection:
            return connection.recv(1024).startswith(b"220 relay.example")
        time.sleep(0.02)
    return False
