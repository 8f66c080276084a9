"""The terms a trial device is on loan under."""

from datetime import time, timedelta

from domain.device.carriers import FALLBACK
from domain.policy import Days, Ladder, TimeOfDay
from domain.values import Email, Line, Model


class DevicePolicy(Model):
    """Every duration and reading of the rules for one loan; a day ends at the customer's local midnight. AMB-39."""

    return_within: Days = timedelta(days=14)
    """From the expiry of the EULA mail until the device must be back. TRL-90, AMB-15."""

    trials_team: Email = "webextrials_info@cisco.com"
    """The vendor's address for lost return papers. TRL-95, domain.md §9.4."""

    other_carrier: Line = FALLBACK.carrier
    """Whom the customer calls in a country for which the rules name no carrier. TRL-93, AMB-16."""

    reminders: Ladder = (timedelta(days=14), timedelta(days=7), timedelta(days=1))
    """Before the return is due: the customer's administrator is reminded. TRL-90."""

    notices_at: TimeOfDay = time(9, 0)
    """Local time, in the customer's zone, at which reminders of a calendar day go out on that day. AMB-39,
    AMB-47."""
