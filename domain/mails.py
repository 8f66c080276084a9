"""Every mail Tenure sends: its id in the rules, who gets it, and what its text may say. domain.md §9.1. Pure."""

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import AwareDatetime

from domain.values import Line, Model, Person, SiteUrl, WebUrl


class Role(StrEnum):
    """Whom a mail is for. A person is known to the store by lifecycle, id and role; workflows carry no addresses."""

    ORDERING_PARTNER = "ordering_partner"
    FACING_PARTNER = "facing_partner"
    CUSTOMER = "customer"
    FORM_PARTNER = "form_partner"
    """Partner Contact Address of the Provisioning form. ORD-16."""

    SITE_ADMINISTRATOR = "site_administrator"
    GRADUATION_COPY = "graduation_copy"
    RENEWAL_CONTACT = "renewal_contact"


class MailKind(StrEnum):
    """A template. The value names its files."""

    TERMS_WANTED = "terms_wanted"
    """Information required: the customer still has to agree to overage terms. ORD-10, ORD-11."""

    HOLD_OVERDUE = "hold_overdue"
    """Jeopardy: the compliance hold takes longer than usual. AMB-1."""

    ORDER_REJECTED = "order_rejected"
    """The vendor refused the order. domain.md §10.1."""

    CONFIRMATION = "confirmation"
    """M-01: the confirmation document, as a PDF. ORD-04, ORD-06, ORD-14."""

    PROVISIONING_COPY = "provisioning_copy"
    """M-03: what was entered in the Provisioning form, as evidence. ORD-16."""

    RENEWAL_LATE = "renewal_late"
    """Jeopardy: a renewal's form is not in two weeks before the renewal date. REN-07."""

    BUILD_LATE = "build_late"
    """Jeopardy: the site is not built after about 7 business days. ORD-18, ORD-19."""

    WELCOME = "welcome"
    """M-04: to the site administrator only, once, never to the partner. ORD-20 to ORD-25."""

    GRADUATION_REMINDER = "graduation_reminder"
    """The customer is not handed over yet: no CSM, no after-start care. ORD-27, ORD-28."""

    GRADUATION_COPY = "graduation_copy"
    """M-05: copy of the Graduation form, if asked for."""

    RENEWAL_NOTICE = "renewal_notice"
    """The renewal date is coming up. ORD-31, REN-07."""

    RENEWAL_NOT_ORDERED = "renewal_not_ordered"
    """Jeopardy: two weeks before the renewal date there is no renewal order. REN-07."""

    SUBSCRIPTION_SUSPENDED = "subscription_suspended"
    """The renewal was not complete by the renewal date: the service is suspended. REN-08."""


RECIPIENT: Final = {
    MailKind.TERMS_WANTED: Role.FACING_PARTNER,
    MailKind.HOLD_OVERDUE: Role.ORDERING_PARTNER,
    MailKind.ORDER_REJECTED: Role.ORDERING_PARTNER,
    MailKind.CONFIRMATION: Role.ORDERING_PARTNER,
    MailKind.PROVISIONING_COPY: Role.FORM_PARTNER,
    MailKind.RENEWAL_LATE: Role.FACING_PARTNER,
    MailKind.BUILD_LATE: Role.FACING_PARTNER,
    MailKind.WELCOME: Role.SITE_ADMINISTRATOR,
    MailKind.GRADUATION_REMINDER: Role.FACING_PARTNER,
    MailKind.GRADUATION_COPY: Role.GRADUATION_COPY,
    MailKind.RENEWAL_NOTICE: Role.RENEWAL_CONTACT,
    MailKind.RENEWAL_NOT_ORDERED: Role.FACING_PARTNER,
    MailKind.SUBSCRIPTION_SUSPENDED: Role.FACING_PARTNER,
}
"""Each mail has one recipient: nothing here may ever send the Welcome to a partner. ORD-23."""


class Lifecycle(StrEnum):
    """What a mail, an event or a task is about."""

    ORDER = "order"
    SUBSCRIPTION = "subscription"


class MailState(StrEnum):
    """What is known about one mail. A mail is sent once unless nobody can know (decision 8)."""

    PENDING = "pending"
    DATA = "data"
    SENT = "sent"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    MOOT = "moot"
    """Not sent because, when it was its turn, the order's state no longer called for it."""


class FormLine(Model):
    """One line of a form's evidence copy: its label in English as on the form, and what was entered."""

    label: Line
    value: str


class LetterItem(Model):
    """One item of the order, for the confirmation document."""

    part_number: str
    offering: str
    quantity: int


class LetterFacts(Model):
    """All that templates may use. A template that uses a fact that is None fails: no mail says "None"."""

    customer_company: Line
    order_number: str | None = None
    order_kind: str | None = None
    subscription_id: str | None = None
    ordering_partner: Line | None = None
    facing_partner: Line | None = None
    relay_to: Line | None = None
    """The Tier-2's company, when the document has to be relayed. ORD-07."""

    items: tuple[LetterItem, ...] = ()
    terms_wanted: tuple[str, ...] = ()
    """`port`, `audio`: still to be agreed."""

    terms_accepted: tuple[tuple[str, AwareDatetime], ...] = ()
    placed_at: AwareDatetime | None = None
    shipped_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    """The instant this mail is about: a target, a guide or a hard deadline, as its kind says."""

    build_guide: int | None = None
    """Business days a site build usually takes: a guide. ORD-18, ORD-19."""

    renewal_date: date | None = None
    days_left: int | None = None
    reason: Line | None = None
    sites: tuple[SiteUrl, ...] = ()
    user_name: Line | None = None
    password_url: WebUrl | None = None
    link_void_at: AwareDatetime | None = None
    form_lines: tuple[FormLine, ...] = ()


class Letter(Model):
    """One mail to write: kind, reader, facts."""

    kind: MailKind
    to: Person
    facts: LetterFacts


def workflow_id(lifecycle: Lifecycle, subject: str) -> str:
    """The workflow of a lifecycle: `order-SO-100001`, `subscription-sub-SO-100001`. Ids carry no personal data."""
    return f"{lifecycle}-{subject}"


def mail_key(lifecycle: Lifecycle, subject: str, kind: MailKind, occurrence: str = "") -> str:
    """The identity of one mail: workflow id, business step and occurrence; the same after a Reset (decision 7)."""
    return "/".join(part for part in (workflow_id(lifecycle, subject), kind, occurrence) if part)
