"""What mail servers of the field reply, word for word, and whom it is about. Addresses are made up."""

import smtplib
import socket
import ssl

import pytest

from adapters.mail import replies
from adapters.mail.replies import About, AboutTheMail, NotNow, Step, of_failure, of_reply
from adapters.settings import Settings, variable

MAIL = AboutTheMail()
NOW = NotNow()

POSTFIX: list[tuple[Step, str, About]] = [
    (Step.RCPT, "504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname", replies.EHLO_NAME),
    (Step.RCPT, "501 5.5.2 <-_x>: Helo command rejected: Invalid name", replies.EHLO_NAME),
    (Step.RCPT, "450 4.7.1 <box.lan>: Helo command rejected: Host not found", replies.EHLO_NAME),
    (Step.EHLO, "504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname", replies.EHLO_NAME),
    (Step.RCPT, "554 5.7.1 <hanako@customer.example>: Relay access denied", replies.RELAYING),
    (Step.RCPT, "454 4.7.1 <hanako@customer.example>: Relay access denied", replies.RELAYING),
    (Step.RCPT, "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied", replies.BLOCKED),
    (Step.CONNECT, "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied", replies.BLOCKED),
    (Step.RCPT, "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]", replies.BLOCKED),
    (Step.RCPT, "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using bl.example", replies.BLOCKED),
    (Step.RCPT, "554 5.7.1 <desk@vendor.example>: Sender address rejected: Access denied", replies.SENDER),
    (Step.RCPT, "550 5.1.8 <desk@vendor.example>: Sender address rejected: Domain not found", replies.SENDER),
    (Step.RCPT, "553 5.7.1 <desk@vendor.example>: Sender address rejected: not owned by user x", replies.SENDER),
    (
        Step.RCPT,
        "550 5.7.23 <hanako@customer.example>: Recipient address rejected: Message rejected due to: SPF fail"
        " - not authorized.",
        replies.SENDER,
    ),
    (Step.MAIL, "530 5.7.0 Must issue a STARTTLS command first", replies.PRIVACY),
    (Step.MAIL, "550 5.7.1 Session encryption is required", replies.PRIVACY),
    (Step.AUTH, "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", replies.LOGIN),
    (
        Step.RCPT,
        "550 5.1.1 <hanako@customer.example>: Recipient address rejected: User unknown in virtual mailbox table",
        MAIL,
    ),
    (Step.RCPT, "550 5.1.2 <hanako@customer.example>: Recipient address rejected: Domain not found", MAIL),
    (Step.RCPT, "504 5.5.2 <hanako@customer>: Recipient address rejected: need fully-qualified address", MAIL),
    (Step.RCPT, "554 5.7.1 <hanako@customer.example>: Recipient address rejected: Access denied", MAIL),
    (
        Step.RCPT,
        "556 5.1.10 <hanako@customer.example>: Recipient address rejected: Domain customer.example does not"
        " accept mail (nullMX)",
        MAIL,
    ),
    (
        Step.RCPT,
        "450 4.2.0 <hanako@customer.example>: Recipient address rejected: Greylisted, see http://x.example",
        NOW,
    ),
    (Step.RCPT, "450 4.1.2 <hanako@customer.example>: Recipient address rejected: Domain not found", NOW),
    (Step.RCPT, "451 4.3.0 <hanako@customer.example>: Temporary lookup failure", NOW),
    (Step.MAIL, "552 5.3.4 Message size exceeds fixed limit", MAIL),
    (Step.TEXT, "552 5.3.4 Error: message file too big", MAIL),
    (Step.TEXT, "550 5.7.1 Message content rejected", MAIL),
    (Step.TEXT, "452 4.3.1 Insufficient system storage", NOW),
]

EXCHANGE_ONLINE: list[tuple[Step, str, About]] = [
    (Step.TEXT, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", replies.SENDER),
    (Step.TEXT, "554 5.2.252 SendAsDenied; a@vendor.example not allowed to send as b@vendor.example", replies.SENDER),
    (
        Step.TEXT,
        "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
        replies.SENDER,
    ),
    (Step.TEXT, "550 5.1.8 Access denied, bad outbound sender AS(42004)", replies.SENDER),
    (
        Step.TEXT,
        "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
        replies.LIMIT,
    ),
    (
        Step.TEXT,
        "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for sending email to"
        " external recipients (tenant external recipient rate limit)",
        replies.LIMIT,
    ),
    (Step.TEXT, "550 5.7.705 Access denied, tenant has exceeded threshold", replies.LIMIT),
    (Step.RCPT, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", replies.RELAYING),
    (Step.RCPT, "550 5.7.1 Unable to relay", replies.RELAYING),
    (
        Step.RCPT,
        "550 5.7.64 TenantAttribution; Relay Access Denied [ValidationStatus of 'EmptyCertificate']",
        replies.RELAYING,
    ),
    (Step.RCPT, "550 5.7.606 Access denied, banned sending IP [192.0.2.7]", replies.BLOCKED),
    (Step.RCPT, "550 5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus", replies.BLOCKED),
    (
        Step.MAIL,
        "550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service"
        " provider since part of their network is on our block list (S3150).",
        replies.BLOCKED,
    ),
    (Step.MAIL, "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", replies.LOGIN),
    (
        Step.AUTH,
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant",
        replies.LOGIN,
    ),
    (Step.EHLO, "501 5.5.4 Invalid domain name", replies.OTHERWISE),
    (Step.RCPT, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", MAIL),
    (
        Step.RCPT,
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient hanako@customer.example not found by SMTP address lookup",
        MAIL,
    ),
    (Step.RCPT, "501 5.1.3 Invalid address", MAIL),
    (
        Step.TEXT,
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction"
        " check failed because the sender was not authenticated when sending to this group",
        MAIL,
    ),
    (Step.TEXT, "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", MAIL),
    (Step.TEXT, "550 5.7.124 Sender not in allowed-senders list", MAIL),
    (Step.MAIL, "552 5.3.4 Message size exceeds fixed maximum message size", MAIL),
]

GMAIL: list[tuple[Step, str, About]] = [
    (Step.CONNECT, "421 4.7.0 Try again later, closing connection.", NOW),
    (Step.EHLO, "421 4.7.0 Try again later, closing connection. (EHLO) - gsmtp", replies.EHLO_NAME),
    (Step.EHLO, '501 5.5.4 HELO/EHLO argument "box" invalid, closing connection. - gsmtp', replies.EHLO_NAME),
    (
        Step.TEXT,
        "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to\n"
        "5.4.5 https://support.google.com/a/answer/166852 - gsmtp",
        replies.LIMIT,
    ),
    (Step.RCPT, "550 5.4.5 Daily SMTP relay sending limit exceeded for customer.", replies.LIMIT),
    (Step.RCPT, "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error.", NOW),
    (Step.MAIL, "550 5.7.0 Mail relay denied [192.0.2.7]. Invalid credentials for relay", replies.RELAYING),
    (
        Step.TEXT,
        "550 5.7.1 Invalid credentials for relay [192.0.2.7]. The IP address you've registered in your G Suite"
        " SMTP Relay service doesn't match",
        replies.RELAYING,
    ),
    (
        Step.TEXT,
        "550 5.7.26 Unauthenticated email from vendor.example is not accepted due to\n5.7.26 domain's DMARC policy.",
        replies.SENDER,
    ),
    (Step.TEXT, "550 5.7.25 The IP address sending this message does not have a PTR record setup", replies.BLOCKED),
    (Step.MAIL, "530 5.7.0 Authentication Required. For more information, go to", replies.LOGIN),
    (Step.AUTH, "535 5.7.8 Username and Password not accepted.", replies.LOGIN),
    (Step.AUTH, "534 5.7.9 Application-specific password required.", replies.LOGIN),
    (Step.AUTH, "454 4.7.0 Too many login attempts, please try again later.", NOW),
    (Step.RCPT, "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking", MAIL),
    (Step.RCPT, "553 5.1.2 We weren't able to find the recipient domain. Please check for any spelling errors", MAIL),
    (Step.RCPT, "550 5.2.1 The email account that you tried to reach is disabled.", MAIL),
    (Step.RCPT, "552 5.2.2 The email account that you tried to reach is over quota.", MAIL),
    (Step.TEXT, "552 5.2.3 Your message exceeded Google's message size limits.", MAIL),
    (Step.TEXT, "552 5.7.0 This message was blocked because its content presents a potential security issue.", MAIL),
    (Step.TEXT, "550 5.7.1 Our system has detected that this message is likely unsolicited mail.", MAIL),
    (Step.RCPT, "450 4.2.1 The user you are trying to contact is receiving mail too quickly.", NOW),
]

OTHERS: list[tuple[Step, str, About]] = [
    # SendGrid
    (Step.MAIL, "550 Unauthenticated senders not allowed", replies.LOGIN),
    (Step.AUTH, "451 Authentication failed: Maximum credits exceeded", replies.LIMIT),
    (
        Step.TEXT,
        "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is"
        " resolved.",
        replies.SENDER,
    ),
    (Step.TEXT, "403 You are not authorized to send from that email address", replies.SENDER),
    # Amazon SES
    (
        Step.TEXT,
        "554 Message rejected: Email address is not verified. The following identities failed the check in"
        " region EU-WEST-1: desk@vendor.example",
        replies.SENDER,
    ),
    (Step.TEXT, "454 Throttling failure: Daily message quota exceeded.", replies.LIMIT),
    (Step.TEXT, "454 Throttling failure: Maximum sending rate exceeded.", NOW),
    (Step.AUTH, "535 Authentication Credentials Invalid", replies.LOGIN),
    # Sendmail, Exim, qmail
    (
        Step.RCPT,
        "550 5.7.1 <hanako@customer.example>... Relaying denied. Proper authentication required.",
        replies.RELAYING,
    ),
    (Step.RCPT, "550 relay not permitted", replies.RELAYING),
    (Step.RCPT, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", replies.RELAYING),
    (Step.RCPT, "550 5.7.1 Access denied", replies.OTHERWISE),
    (Step.RCPT, "503 5.5.1 MAIL first", replies.OTHERWISE),
    (Step.RCPT, "550 No such user here", MAIL),
    (Step.RCPT, "550 <helo@dkim.example> is not here", MAIL),
    (Step.RCPT, "550 5.1.6 Mailbox has moved, no forwarding address", MAIL),
    (Step.RCPT, "553 5.3.0 <hanako@customer.example>... User unknown", MAIL),
    (Step.TEXT, "554 spam", MAIL),
    # RFC 5321, RFC 7504
    (Step.CONNECT, "554 no SMTP service here", replies.OTHERWISE),
    (Step.CONNECT, "521 server does not accept mail", replies.OTHERWISE),
    (Step.STARTTLS, "501 no parameters allowed", replies.PRIVACY),
    (Step.MAIL, "550 no", replies.SENDER),
    (Step.CONNECT, "421 too busy", NOW),
    (Step.RCPT, "-1 ", NOW),
]


@pytest.mark.parametrize(("step", "reply", "about"), [*POSTFIX, *EXCHANGE_ONLINE, *GMAIL, *OTHERS])
def test_every_reply_is_about_us_or_the_mail_or_the_moment(step: Step, reply: str, about: About) -> None:
    code, _, words = reply.partition(" ")
    assert of_reply(step, int(code), words.encode()) == about


@pytest.mark.parametrize(
    ("step", "failure", "about"),
    [
        (Step.CONNECT, ConnectionRefusedError("refused"), NOW),
        (Step.CONNECT, socket.gaierror(-2, "unknown"), NOW),
        (Step.RCPT, TimeoutError("over"), NOW),
        (Step.RCPT, smtplib.SMTPServerDisconnected("closed"), NOW),
        (Step.STARTTLS, ssl.SSLEOFError(8, "closed"), NOW),
        (Step.CONNECT, ssl.SSLCertVerificationError("who is that"), replies.PRIVACY),
        (Step.CONNECT, ssl.SSLError(1, "wrong version number"), replies.PRIVACY),
        (Step.STARTTLS, smtplib.SMTPNotSupportedError("no STARTTLS"), replies.PRIVACY),
        (Step.AUTH, smtplib.SMTPNotSupportedError("no AUTH"), replies.LOGIN),
        (Step.AUTH, smtplib.SMTPException("no suitable method"), replies.LOGIN),
        (Step.AUTH, UnicodeEncodeError("ascii", "ü", 0, 1, "not in range"), replies.LOGIN),
        (Step.AUTH, smtplib.SMTPServerDisconnected("closed"), NOW),
        (Step.EHLO, smtplib.SMTPHeloError(550, b"5.1.1 no"), replies.OTHERWISE),
    ],
)
def test_a_conversation_that_breaks_off_is_never_about_the_mail(step: Step, failure: Exception, about: About) -> None:
    assert of_failure(step, failure) == about


def test_whatever_the_advice_names_is_a_setting() -> None:
    known = {variable(name) for name in Settings.model_fields}
    advice = " ".join(about.advice for about in vars(replies).values() if isinstance(about, replies.AboutUs))
    named = {word.strip(",:.") for word in advice.split() if word.startswith("TENURE_")}
    assert named
    assert named <= known
