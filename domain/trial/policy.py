"""The terms a trial runs under. They travel in its input and stay with it to its end."""

from datetime import time, timedelta
from enum import StrEnum
from typing import Final

from domain.device.policy import DevicePolicy
from domain.policy import Days, Ladder, SomeDays, TimeOfDay
from domain.values import Model

PROMPT: Final = timedelta(minutes=15)
"""What is done that soon is done on time: a worker restarts, a step is tried again."""


class GraceAccess(StrEnum):
    """What users may still do between expiry and the end of grace. AMB-14, TRL-81."""

    FULL = "full"
    ADMIN_ONLY = "admin_only"
    NONE = "none"


class TrialPolicy(Model):
    """Every duration and reading of the rules for one trial; a day ends at the customer's local midnight. AMB-39."""

    consent_window: SomeDays = timedelta(days=10)
    """From the day of the first request until the end of the last day to accept; a resend changes nothing.
    TRL-25, TRL-31, AMB-9."""

    length: SomeDays = timedelta(days=90)
    """From the day the trial becomes active to the expiry date, if its start does not say otherwise. AMB-6."""

    warnings: Ladder = (timedelta(days=7),)
    """Before E: each customer administrator and the partner's administrators are warned. On E itself they always are.
    TRL-71, TRL-73, AMB-43."""

    notices_at: TimeOfDay = time(9, 0)
    """Local time, in the customer's zone, at which the mails of a calendar day go out on that day: warnings, the one on
    E, last calls. E and grace are over at midnight all the same. AMB-47."""

    grace: SomeDays = timedelta(days=30)
    """From E until the organization's trial is lost for good; conversion stays open. TRL-75, TRL-76."""

    grace_access: GraceAccess = GraceAccess.FULL
    """What users may still do in grace. AMB-14."""

    last_call: Ladder = (timedelta(days=7), timedelta(days=1))
    """Before the end of grace: what cannot be undone is announced to whoever can still stop it. If nobody was told
    that long before (an operator held the trial, nothing ran), the shortest of these days is added. TRL-77, TRL-78,
    AMB-51."""

    numbers_kept: Days = timedelta(days=15)
    """From the loss until phone numbers are released: E + 45 days, if nothing came late. TRL-79, TRL-80,
    AMB-13, AMB-50."""

    longest_extension: SomeDays = timedelta(days=30)
    """The most a trial may be extended, from today and not from E. TRL-50, AMB-11."""

    tell_partner_of_lapsed_consent: bool = False
    """Whether the partner gets mail when nobody consents in time; the seed has no such mail. AMB-46."""

    devices: DevicePolicy = DevicePolicy()
    """The terms its devices are lent under. TRL-90 to TRL-95."""
