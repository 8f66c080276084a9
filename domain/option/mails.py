"""The mails of an option request: to whom, and by which rule. domain.md §4."""

from typing import Final

from domain.mails import MailKind

REQUESTER: Final = "requester"
"""The role of whoever asked."""


class OptionMail(MailKind):
    """Name, rule, and the role of the one who reads it."""

    OPTION_ACKNOWLEDGED = "option_acknowledged", "OPT-01, AMB-5", REQUESTER
    """The request was received: what was asked for, and by when an outcome is expected if anybody expects a day."""

    OPTION_ANSWERED = "option_answered", "OPT-03", REQUESTER
    """The answer to an inquiry: the renewal date, or who the CSM is. OPT-02 (f), (g)."""

    OPTION_COMPLETED = "option_completed", "OPT-02, AMB-5", REQUESTER
    """The work is done."""

    OPTION_REJECTED = "option_rejected", "OPT-02, AMB-5", REQUESTER
    """The work is refused, and why."""
