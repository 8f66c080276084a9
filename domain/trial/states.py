"""The stages of a trial as a table; a refusal names both sides. domain.md §10.2."""

from enum import StrEnum
from typing import Final

from domain.transitions import Table


class TrialStage(StrEnum):
    """Where a trial stands."""

    ACKNOWLEDGED = "acknowledged"
    AWAITING_CONSENT = "pending.customer_consent"
    AWAITING_DETAILS = "pending.awaiting_provisioning_details"
    PROVISIONING = "provisioning"
    TRIALING = "trialing"
    EXPIRED_GRACE = "expired_grace"
    CONVERTED = "converted"
    LAPSED = "lapsed"
    NUMBERS_RETAINED = "lapsed.numbers_retained"
    NUMBERS_RELEASED = "lapsed.numbers_released"
    CANCELLED = "cancelled"


class TrialEvent(StrEnum):
    """What moves a trial from stage to stage."""

    PROVISIONING_STARTED = "trial.provisioning_started"
    CONSENT_REQUESTED = "trial.consent_requested"
    CONSENT_GIVEN = "trial.consent_given"
    CONSENT_DECLINED = "trial.consent_declined"
    CONSENT_LAPSED = "trial.consent_lapsed"
    CONSENT_RESENT = "trial.consent_resent"
    WITHDRAWN = "trial.withdrawn"
    DETAILS_GIVEN = "trial.details_given"
    SERVICES_BUILT = "trial.services_built"
    ACTIVATED = "trial.activated"
    EXTENDED = "trial.extended"
    EDITED = "trial.services_edited"
    EXPIRED = "trial.expired"
    CONVERTED = "trial.converted"
    CANCELLED = "trial.cancelled"
    GRACE_ENDED = "trial.grace_ended"
    NUMBERS_RETAINED = "trial.numbers_retained"
    NUMBERS_RELEASED = "trial.numbers_released"
    NUMBERS_SPARED = "trial.numbers_spared"


S, E = TrialStage, TrialEvent

CLOSED: Final = frozenset({S.CONVERTED, S.LAPSED, S.NUMBERS_RELEASED, S.CANCELLED})
RUNNING: Final = frozenset({S.TRIALING, S.EXPIRED_GRACE})
"""In use, or in the grace after: it may still be converted. TRL-66."""

LOST: Final = frozenset({S.LAPSED, S.NUMBERS_RETAINED, S.NUMBERS_RELEASED})
"""After the end of grace: what it lost cannot be restored. TRL-78."""

LISTED: Final = frozenset(S) - CLOSED
"""The customer is in the partner's list because of this trial. TRL-20."""

NEXT: Final = {
    (S.ACKNOWLEDGED, E.PROVISIONING_STARTED): S.PROVISIONING,
    (S.ACKNOWLEDGED, E.CONSENT_REQUESTED): S.AWAITING_CONSENT,
    (S.ACKNOWLEDGED, E.ACTIVATED): S.TRIALING,
    (S.AWAITING_CONSENT, E.CONSENT_GIVEN): S.AWAITING_DETAILS,
    (S.AWAITING_CONSENT, E.CONSENT_DECLINED): S.CANCELLED,
    (S.AWAITING_CONSENT, E.CONSENT_LAPSED): S.CANCELLED,
    (S.AWAITING_CONSENT, E.CONSENT_RESENT): S.AWAITING_CONSENT,
    (S.AWAITING_CONSENT, E.WITHDRAWN): S.CANCELLED,
    (S.AWAITING_DETAILS, E.CONSENT_RESENT): S.AWAITING_DETAILS,
    (S.AWAITING_DETAILS, E.WITHDRAWN): S.CANCELLED,
    (S.AWAITING_DETAILS, E.DETAILS_GIVEN): S.PROVISIONING,
    (S.PROVISIONING, E.SERVICES_BUILT): S.PROVISIONING,
    (S.PROVISIONING, E.ACTIVATED): S.TRIALING,
    (S.TRIALING, E.EXTENDED): S.TRIALING,
    (S.TRIALING, E.EDITED): S.TRIALING,
    (S.TRIALING, E.CANCELLED): S.CANCELLED,
    (S.PROVISIONING, E.CANCELLED): S.CANCELLED,
    (S.TRIALING, E.CONVERTED): S.CONVERTED,
    (S.TRIALING, E.EXPIRED): S.EXPIRED_GRACE,
    (S.EXPIRED_GRACE, E.CONVERTED): S.CONVERTED,
    (S.EXPIRED_GRACE, E.GRACE_ENDED): S.LAPSED,
    (S.LAPSED, E.NUMBERS_RETAINED): S.NUMBERS_RETAINED,
    (S.NUMBERS_RETAINED, E.NUMBERS_RELEASED): S.NUMBERS_RELEASED,
    (S.NUMBERS_RETAINED, E.NUMBERS_SPARED): S.LAPSED,
}

ASKED: Final = {
    E.CONSENT_GIVEN: "accept the trial",
    E.CONSENT_DECLINED: "decline the trial",
    E.CONSENT_RESENT: "resend the consent mail",
    E.WITHDRAWN: "withdraw the trial",
    E.DETAILS_GIVEN: "give provisioning details",
    E.SERVICES_BUILT: "report services built",
    E.EXTENDED: "extend the trial",
    E.EDITED: "edit the trial's services",
    E.CONVERTED: "convert the trial",
    E.CANCELLED: "cancel the trial",
}

TABLE: Final = Table(
    what="trial",
    next=NEXT,
    closed=CLOSED,
    asked=ASKED,
    hints=dict.fromkeys(
        ((stage, E.CONVERTED) for stage in LOST), ", and what it lost at the end of grace cannot be restored (TRL-78)"
    )
    | dict.fromkeys(((stage, E.CONSENT_RESENT) for stage in S), ", nobody's consent is awaited"),
)
