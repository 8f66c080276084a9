"""The rules of domain.md behind a trial's deadlines, stages and losses."""

from typing import Final

from domain.rules import Rules
from domain.trial import losses
from domain.trial import state as trial
from domain.trial.states import TrialEvent

RULES: Final = Rules(
    deadlines={
        trial.CONSENT: "TRL-25, TRL-31",
        trial.WARNING: "TRL-71, TRL-73",
        trial.EXPIRES_TODAY: "TRL-71, TRL-73, AMB-47",
        trial.EXPIRED: "TRL-72 to TRL-76",
        trial.LAST_CALL: "TRL-78",
        trial.GRACE_END: "TRL-76, TRL-77",
        trial.NUMBERS: "TRL-79, TRL-80",
    },
    events={
        TrialEvent.PROVISIONING_STARTED: "TRL-16",
        TrialEvent.CONSENT_REQUESTED: "TRL-23",
        TrialEvent.CONSENT_GIVEN: "TRL-25 to TRL-29",
        TrialEvent.CONSENT_DECLINED: "AMB-10",
        TrialEvent.CONSENT_LAPSED: "TRL-31",
        TrialEvent.CONSENT_RESENT: "TRL-30, AMB-9",
        TrialEvent.WITHDRAWN: "TRL-30, AMB-8",
        TrialEvent.DETAILS_GIVEN: "TRL-29",
        TrialEvent.SERVICES_BUILT: "TRL-17",
        TrialEvent.ACTIVATED: "TRL-17, TRL-43",
        TrialEvent.EXTENDED: "TRL-50",
        TrialEvent.EDITED: "TRL-51",
        TrialEvent.EXPIRED: "TRL-72, TRL-76",
        TrialEvent.CONVERTED: "TRL-60, TRL-66",
        TrialEvent.CANCELLED: "TRL-52, AMB-12",
        TrialEvent.GRACE_ENDED: "TRL-77, TRL-78",
        TrialEvent.NUMBERS_RETAINED: "TRL-79",
        TrialEvent.NUMBERS_RELEASED: "TRL-80",
        TrialEvent.NUMBERS_SPARED: "AMB-48",
    },
    losses={
        "users_moved": "TRL-77",
        **{step: "TRL-78" for step in losses.LOSSES if step != "users_moved"},
        losses.NUMBERS_RELEASED: "TRL-80",
    },
)
