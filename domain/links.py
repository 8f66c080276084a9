"""What the links in our mails are for, and which mails carry them. domain.md §9.6, forms A, B, D, E and H. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from domain.device.mails import DeviceMail
from domain.mails import MailKind
from domain.option.mails import OptionMail
from domain.order.mails import OrderMail
from domain.subscription.mails import SubscriptionMail
from domain.trial.mails import TrialMail


class Purpose(StrEnum):
    """Whoever has a link for one purpose has none for another."""

    PORT_TERMS = "port-terms"
    """The customer accepts the port overage terms. ORD-08, ORD-10."""

    AUDIO_TERMS = "audio-terms"
    """And those of WebEx audio. ORD-09, ORD-10."""

    PROVISIONING = "provisioning"
    """Form A. ORD-14, ORD-15."""

    GRADUATION = "graduation"
    """Form B. ORD-30."""

    CONSENT = "consent"
    """Form D: a full administrator accepts or declines a trial. TRL-25 to TRL-28, AMB-10."""

    OPTION = "option"
    """Form E: an option of a running subscription. OPT-01."""

    RETURN = "return"
    """A device was handed to the carrier. TRL-91, TRL-93."""

    PAPERS = "papers"
    """Form H: its return papers are lost. TRL-92, TRL-95."""

    REMINDERS = "reminders"
    """No more courtesy reminders about this."""


CARRIED_BY: Final[Mapping[Purpose, frozenset[MailKind]]] = {
    Purpose.PORT_TERMS: frozenset({OrderMail.TERMS_WANTED, OrderMail.HOLD_OVERDUE, OrderMail.RENEWAL_LATE}),
    Purpose.AUDIO_TERMS: frozenset({OrderMail.TERMS_WANTED, OrderMail.HOLD_OVERDUE, OrderMail.RENEWAL_LATE}),
    Purpose.PROVISIONING: frozenset({OrderMail.CONFIRMATION, OrderMail.RENEWAL_LATE}),
    Purpose.GRADUATION: frozenset({OrderMail.GRADUATION_REMINDER}),
    Purpose.CONSENT: frozenset({TrialMail.TRIAL_CONSENT}),
    Purpose.OPTION: frozenset(
        {SubscriptionMail.RENEWAL_NOTICE, OrderMail.GRADUATION_COPY, OptionMail.OPTION_ACKNOWLEDGED}
    ),
    Purpose.RETURN: frozenset({DeviceMail.DEVICE_RETURN, DeviceMail.DEVICE_OVERDUE}),
    Purpose.PAPERS: frozenset({DeviceMail.DEVICE_RETURN, DeviceMail.DEVICE_OVERDUE}),
    Purpose.REMINDERS: frozenset(
        {OrderMail.GRADUATION_REMINDER, SubscriptionMail.RENEWAL_NOTICE, DeviceMail.DEVICE_RETURN}
    ),
}
"""A newer one of them to the same reader, and the link in an older one has had its time."""

DOCUMENT: Final = "document"
"""The occurrence of the link in the confirmation document: the document is passed on and never written anew, so its
link is bound to it and to no mail. ORD-07, ORD-14."""
