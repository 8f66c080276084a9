"""The mails of a support case: to whom, and by which rule. domain.md §8, §9.1."""

from typing import Final

from domain.mails import HelpDesk, MailKind

PARTNER_CONTACT: Final = "partner_contact"
"""The role of whoever opened the case."""

AGENT: Final = "agent"
"""The role of the support agent whom the case is assigned to."""

DUTY_MANAGER: Final = "duty_manager"
"""The role of whoever hears of a breach; the address is in the policy."""


class CaseMail(MailKind):
    """Name, rule, the role of the one who reads it, and the desk that it names."""

    CASE_ACKNOWLEDGED = "case_acknowledged", "M-30, SUP-20", PARTNER_CONTACT, HelpDesk.TECHNICAL
    """M-30: the case was received. Names the right door if it came through another one. SUP-30 to SUP-37."""

    CASE_IDENTIFIER_WANTED = "case_identifier_wanted", "SUP-14, AMB-33", PARTNER_CONTACT, HelpDesk.TECHNICAL
    """Nobody can tell whose account it is: the SuperAdmin's address is asked for, and why it matters. SUP-14, SUP-15,
    AMB-33."""

    CASE_FIELD_EXPLAINED = "case_field_explained", "SUP-11, SUP-15", PARTNER_CONTACT, HelpDesk.TECHNICAL
    """The partner left the SuperAdmin's address out: why it matters. Once. SUP-15."""

    CASE_QUESTION = "case_question", "SUP-21", PARTNER_CONTACT, HelpDesk.TECHNICAL
    """An agent asks; the clocks pause until the answer is there."""

    CASE_UPDATE = "case_update", "M-31, SUP-21", PARTNER_CONTACT, HelpDesk.TECHNICAL
    """M-31: how the case stands. SUP-21."""

    CASE_RESOLVED = "case_resolved", "SUP-21", PARTNER_CONTACT, HelpDesk.TECHNICAL
    """It is solved; it closes by itself unless the partner says otherwise."""

    SLA_WARNING = "sla_warning", "SUP-20, AMB-34", None, HelpDesk.TECHNICAL
    """A clock is near its end: to the agent; where nobody is assigned, to the duty manager."""

    SLA_BREACH = "sla_breach", "SUP-20, AMB-34", DUTY_MANAGER, HelpDesk.TECHNICAL
    """A clock is over its end: to the duty manager."""

    SLA_STARTED_LATE = "sla_started_late", "SUP-13, AMB-36", None, HelpDesk.TECHNICAL
    """S1 was found late and a warning or breach lies in the past already: one notice for all of them. AMB-36."""

    STATUS_WANTED = "status_wanted", "SUP-21, AMB-37", None, HelpDesk.TECHNICAL
    """A status update to the partner is due soon: to the agent; where nobody is assigned, to the duty manager."""
