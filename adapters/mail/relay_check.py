"""Does the mail relay let us in? It is greeted, and nothing is sent."""

import smtplib
import ssl

from adapters.mail.dialogue import Dialogue
from adapters.mail.transport import Security
from adapters.mail.words import of_trouble, redacted


def relay_trouble(
    host: str,
    port: int,
    ehlo_name: str,
    security: str,
    username: str | None,
    password: str | None,
    seconds: float,
) -> str | None:
    """Why it does not, in one sentence without an address; None: it would take a mail."""
    try:
        trust = ssl.create_default_context()
        dialogue = Dialogue(host, port, ehlo_name, seconds, trust if Security(security) is Security.TLS else None)
    except (smtplib.SMTPException, OSError, UnicodeError) as failure:
        return redacted(of_trouble(failure), username)
    try:
        dialogue.ehlo_or_helo_if_needed()
        if Security(security) is Security.STARTTLS:
            dialogue.secure(trust)
        if username:
            dialogue.login(username, password or "")
    except (smtplib.SMTPException, OSError, UnicodeError) as failure:
        return redacted(of_trouble(failure), username)
    finally:
        dialogue.part()
    return None
