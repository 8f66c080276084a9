"""What every mail has: a kind, a reader by role, a fate, and facts that its text may say. domain.md §9.1. Pure."""

from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime

from domain.values import Model, Person


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


class HelpDesk(StrEnum):
    """Whom readers may ask. There are two, and only one of them is there day and night. ORD-35, AMB-57."""

    ORDERS = "orders"
    TECHNICAL = "technical"
    """About the use of the service."""


class MailKind(StrEnum):
    """A mail of some lifecycle; each lifecycle has an enum of its own (`domain/<lifecycle>/mails.py`).

    The value names the template's files. Data holds it as plain text.
    """

    rule: str
    """Why it goes out: its id in domain.md §9.1, and the rule."""

    reader: str | None
    """The role of its one reader. None: it goes to several, each with a mail of their own; the posting names the role.
    """

    desk: HelpDesk
    """The one it names."""

    def __new__(cls, value: str, rule: str = "", reader: str | None = None, desk: HelpDesk = HelpDesk.ORDERS) -> Self:
        """As written in the members: value, rule, role, desk."""
        member = str.__new__(cls, value)
        member._value_, member.rule, member.reader, member.desk = value, rule, reader, desk
        return member


class MailState(StrEnum):
    """What is known about one mail. A mail is sent once unless nobody can know (decision 8)."""

    PENDING = "pending"
    DATA = "data"
    SENT = "sent"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    MOOT = "moot"
    """Not sent because, when it was its turn, the order's state no longer called for it."""


class LetterFacts(Model):
    """What the text of a mail may say, as values; each lifecycle has its own. A template that uses a fact that is None
    or is not there fails: no mail says "None"."""

    customer_company: str
    due_at: AwareDatetime | None = None
    """The instant this mail is about: a target, a guide or a hard deadline, as its kind says."""

    @property
    def filed_under(self) -> str:
        """The number by which people look for mails of this kind, if there is one."""
        return ""


class Letter(Model):
    """One mail to write: kind, reader, facts."""

    kind: str
    to: Person
    facts: LetterFacts
    with_document: bool = False
    """Its text says that the confirmation document is attached."""

    lifecycle: str = ""
    """Whose mail it is, for the links in it; without a subject none of them is signed."""

    subject: str = ""
