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
    CUSTOMER_ADMINISTRATOR = "customer_administrator"
    """Of a trial: `customer_administrator/0` is the address given, the others follow. TRL-24, TRL-71."""

    PARTNER_ADMINISTRATOR = "partner_administrator"
    """Of a trial: `partner_administrator/0` is the partner's contact, the others follow. TRL-73."""

    TRIAL_USER = "trial_user"
    """`trial_user/0` and on: who used a trial. TRL-75."""

    PROVISIONING_CONTACT = "provisioning_contact"
    """Sets the services of a converted trial up. TRL-62."""

    TRIALS_TEAM = "trials_team"
    """The vendor's, for lost return papers. TRL-95."""


def numbered(role: Role, number: int) -> str:
    """One of several people in a role."""
    return f"{role}/{number}"


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

    TRIAL_WELCOME = "trial_welcome"
    """M-10: all services are built. TRL-17."""

    TRIAL_CONSENT = "trial_consent"
    """M-11: a full administrator is asked to accept within 10 days. TRL-23 to TRL-28."""

    TRIAL_STARTED = "trial_started"
    """M-12: a trial was added to what the customer pays for. TRL-43."""

    TRIAL_EXPIRING = "trial_expiring"
    """M-13: E minus 7 days, to each customer administrator, with the link to buy. TRL-71."""

    TRIAL_EXPIRED = "trial_expired"
    """M-14: at E, to each customer administrator, with the link to buy. TRL-71, TRL-72."""

    TRIAL_EXPIRING_PARTNER = "trial_expiring_partner"
    """M-15: E minus 7 days, to the partner's administrators, with services and time left. TRL-73, TRL-74."""

    TRIAL_EXPIRED_PARTNER = "trial_expired_partner"
    """M-16: at E, to the partner's administrators. TRL-73."""

    TRIAL_LAST_CALL = "trial_last_call"
    """What will be lost for good at the end of grace, to whoever can still stop it. TRL-77, TRL-78."""

    TRIAL_ACCESS_ENDED = "trial_access_ended"
    """M-17: at E + 30 days, to the users. TRL-75."""

    TRIAL_CONSENT_LAPSED = "trial_consent_lapsed"
    """Nobody consented in time; off unless the policy says otherwise. AMB-46."""

    TRIAL_SETUP = "trial_setup"
    """M-19: the paid services of a converted trial can be set up. TRL-64, TRL-65."""

    DEVICE_EULA = "device_eula"
    """M-18: the terms of a device on loan, with the expiry date that counts. TRL-90."""

    DEVICE_RETURN = "device_return"
    """A device has to be back soon: how, and by when. TRL-90 to TRL-94."""

    DEVICE_OVERDUE = "device_overdue"
    """A device is not back in time: to the partner. TRL-90."""

    RMA_LOOKUP = "rma_lookup"
    """Form H: the demo order number is asked of the vendor's trials team. TRL-95, AMB-17."""


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
    MailKind.TRIAL_SETUP: Role.PROVISIONING_CONTACT,
    MailKind.RMA_LOOKUP: Role.TRIALS_TEAM,
}
"""The one reader of each kind of mail: nothing here may ever send the Welcome to a partner. ORD-23.

Kinds that are not here go to several people, each with a mail of their own; the posting names the role."""


RULES: Final = {
    MailKind.TERMS_WANTED: "ORD-10, ORD-11",
    MailKind.HOLD_OVERDUE: "ORD-03, AMB-1",
    MailKind.ORDER_REJECTED: "ORD-03",
    MailKind.CONFIRMATION: "M-01, ORD-04",
    MailKind.PROVISIONING_COPY: "M-03, ORD-16",
    MailKind.RENEWAL_LATE: "REN-07",
    MailKind.BUILD_LATE: "ORD-18, ORD-19",
    MailKind.WELCOME: "M-04, ORD-20",
    MailKind.GRADUATION_REMINDER: "ORD-27, ORD-28",
    MailKind.GRADUATION_COPY: "M-05, ORD-30",
    MailKind.RENEWAL_NOTICE: "ORD-31, REN-07",
    MailKind.RENEWAL_NOT_ORDERED: "REN-07",
    MailKind.SUBSCRIPTION_SUSPENDED: "REN-08",
    MailKind.TRIAL_WELCOME: "M-10, TRL-17",
    MailKind.TRIAL_CONSENT: "M-11, TRL-24",
    MailKind.TRIAL_STARTED: "M-12, TRL-43",
    MailKind.TRIAL_EXPIRING: "M-13, TRL-71",
    MailKind.TRIAL_EXPIRED: "M-14, TRL-71",
    MailKind.TRIAL_EXPIRING_PARTNER: "M-15, TRL-73",
    MailKind.TRIAL_EXPIRED_PARTNER: "M-16, TRL-73",
    MailKind.TRIAL_LAST_CALL: "TRL-77, TRL-78",
    MailKind.TRIAL_ACCESS_ENDED: "M-17, TRL-75",
    MailKind.TRIAL_CONSENT_LAPSED: "TRL-31, AMB-46",
    MailKind.TRIAL_SETUP: "M-19, TRL-64",
    MailKind.DEVICE_EULA: "M-18, TRL-90",
    MailKind.DEVICE_RETURN: "TRL-90, TRL-91",
    MailKind.DEVICE_OVERDUE: "TRL-90",
    MailKind.RMA_LOOKUP: "TRL-95",
}
"""Why each kind of mail goes out: its id in domain.md §9.1, and the rule."""


class Lifecycle(StrEnum):
    """What a mail, an event or a task is about."""

    ORDER = "order"
    SUBSCRIPTION = "subscription"
    TRIAL = "trial"
    DEVICE = "device"


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
    link_hours: int | None = None
    """How long a password link lasts. ORD-22."""

    target_days: int | None = None
    """Days before the renewal date by which the form should be in. REN-07."""

    form_lines: tuple[FormLine, ...] = ()
    trial_id: str | None = None
    services: tuple[str, ...] = ()
    """Of a trial: `meetings`, `meetings_enterprise`, `messaging`, `calling`, `contact_center`."""

    expires_at: AwareDatetime | None = None
    """E: the end of the expiry date in the customer's zone."""

    grace_ends_at: AwareDatetime | None = None
    grace_access: str | None = None
    """`full`, `admin_only` or `none`: what users may still do in grace. AMB-14."""

    numbers_until: AwareDatetime | None = None
    """Until when phone numbers are kept, if the trial has Calling. TRL-79."""

    organization_id: str | None = None
    device_model: Line | None = None
    serial_numbers: tuple[str, ...] = ()
    carrier: str | None = None
    trials_team: str | None = None
    """Knows the way back for countries without a carrier. AMB-16."""

    label_in_box: bool | None = None
    administrator_email: str | None = None


class Letter(Model):
    """One mail to write: kind, reader, facts."""

    kind: MailKind
    to: Person
    facts: LetterFacts


def workflow_id(lifecycle: Lifecycle, subject: str) -> str:
    """The workflow of a lifecycle: `order-SO-100001`, `subscription-sub-SO-100001`. Ids carry no personal data."""
    return f"{lifecycle}-{subject}"


def mail_key(lifecycle: Lifecycle, subject: str, kind: MailKind, occurrence: str = "", to: str = "") -> str:
    """The identity of one mail: workflow id, business step, occurrence and reader; the same after a Reset."""
    return "/".join(part for part in (workflow_id(lifecycle, subject), kind, occurrence, to) if part)
