"""smtplib's side of the conversation, with one deadline over all of it.

The library's own time-outs start anew with every byte that arrives, so a server that dribbles could hold a thread for
ever. Only the look-up of the host's name is outside: the resolver has time-outs of its own.
"""

import smtplib
import socket
import ssl
from contextlib import suppress
from time import monotonic

_OK = 250
_ASIDE = 1.0
"""Seconds for what no mail's fate hangs on: saying goodbye, asking whether another mail is welcome."""


class Dialogue(smtplib.SMTP):
    """One connection. `tls` given: TLS from the first byte (RFC 8314). Raises as smtplib does."""

    def __init__(self, host: str, port: int, name: str, seconds: float, tls: ssl.SSLContext | None = None) -> None:
        """`name`: whom EHLO says we are."""
        self._until = monotonic() + seconds
        self._tls = tls
        super().__init__(host, port, local_hostname=name, timeout=seconds)

    def left(self) -> float:
        """Seconds left; raises TimeoutError when there are none."""
        seconds = self._until - monotonic()
        if seconds <= 0:
            raise TimeoutError("the deadline for this mail is over")
        return seconds

    def takes_another(self, seconds: float) -> bool:
        """Is there still a server that would take another mail, within so many seconds from now?"""
        until = monotonic() + seconds
        self._until = min(until, monotonic() + _ASIDE)
        try:
            code, _ = self.rset()
        except (smtplib.SMTPException, OSError):
            return False
        self._until = until
        return code == _OK

    def part(self) -> None:
        """Say goodbye if anybody still listens; never raises for what the other side does."""
        self._until = min(self._until, monotonic() + _ASIDE)
        with suppress(smtplib.SMTPException, OSError):
            if self.sock:
                self.docmd("QUIT")
        self.close()

    def secure(self, context: ssl.SSLContext) -> None:
        """STARTTLS; raises rather than go on in the clear."""
        self.ehlo_or_helo_if_needed()
        if self.sock:
            self.sock.settimeout(self.left())
        self.starttls(context=context)
        self.ehlo_or_helo_if_needed()

    def send(self, s: object) -> None:
        """As smtplib's, within the deadline."""
        if self.sock:
            self.sock.settimeout(self.left())
        super().send(s)  # type: ignore[arg-type]

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib's, within the deadline."""
        if self.file is None and self.sock:
            self.file = _Replies(self, self.sock)
        return super().getreply()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - smtplib's hook
        connection = self._connected(host, port)
        if self._tls is None:
            return connection
        try:
            connection.settimeout(self.left())
            return self._tls.wrap_socket(connection, server_hostname=host)
        except BaseException:
            connection.close()
            raise

    def _connected(self, host: str, port: int) -> socket.socket:
        trouble: OSError = ConnectionError("the mail server's name has no address")
        for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                connection = socket.create_connection((str(address[0]), port), timeout=self.left())
            except OSError as failure:
                trouble = failure
            else:
                # The final dot is a small write after a large one: without this it waits 40 ms for the ACK.
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection
        raise trouble


class _Replies:
    """The lines of the server's answers; every wait for the next bytes ends with the deadline."""

    def __init__(self, dialogue: Dialogue, connection: socket.socket) -> None:
        self._dialogue = dialogue
        self._connection = connection
        self._unread = b""

    def readline(self, limit: int) -> bytes:
        """The next line, or what there was of it when the server closed or the line grew too long."""
        while b"\n" not in self._unread and len(self._unread) < limit:
            self._connection.settimeout(self._dialogue.left())
            received = self._connection.recv(4096)
            if not received:
                break
            self._unread += received
        end = self._unread.find(b"\n") + 1 or len(self._unread)
        line, self._unread = self._unread[: min(end, limit)], self._unread[min(end, limit) :]
        return line

    def close(self) -> None:
        """The connection closes itself."""
