"""The terms an option request is worked on under. No deadline, mail or approval is stated. AMB-5, OPT-05."""

from domain.policy import SomeDays
from domain.values import Model


class OptionPolicy(Model):
    """What operations promise themselves; a calendar day ends at the customer's local midnight. AMB-39."""

    expected_within: SomeDays | None = None
    """From the request until its outcome is expected; None: nobody expects a day. Late, it is an alert and never a
    failure. AMB-5."""

    acknowledge: bool = True
    """Tell the requester by mail that the request was received. AMB-5."""

    tell_outcome: bool = True
    """Tell the requester by mail that the work is done, or refused and why. An inquiry is always answered. AMB-5."""
