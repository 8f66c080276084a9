"""The stages of a trial as a table; a refusal names both sides. domain.md §10.2."""

from enum import StrEnum
from typing import Final

from domain.values import Refused


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
    WITHDRAWN = "trial.withdrawn"
    DETAILS_GIVEN = "trial.details_given"
    ACTIVATED = "trial.activated"
    EXTENDED = "trial.extended"
    EDITED = "trial.services_edited"
    EXPIRED = "trial.expired"
    CONVERTED = "trial.converted"
    CANCELLED = "trial.cancelled"
    GRACE_ENDED = "trial.grace_ended"
    NUMBERS_RETAINED = "trial.numbers_retained"
    NUMBERS_RELEASED = "trial.numbers_released"


S, E = TrialStage, TrialEvent

CLOSED: Final = frozenset({S.CONVERTED, S.LAPSED, S.NUMBERS_RELEASED, S.CANCELLED})
RUNNING: Final = frozenset({S.TRIALING, S.EXPIRED_GRACE})
"""In use, or in the grace after: it may still be converted. TRL-66."""

LISTED: Final = frozenset(S) - CLOSED
"""The customer is in the partner's list because of this trial. TRL-20."""

NEXT: Final = {
    (S.ACKNOWLEDGED, E.PROVISIONING_STARTED): S.PROVISIONING,
    (S.ACKNOWLEDGED, E.CONSENT_REQUESTED): S.AWAITING_CONSENT,
    (S.ACKNOWLEDGED, E.ACTIVATED): S.TRIALING,
    (S.AWAITING_CONSENT, E.CONSENT_GIVEN): S.AWAITING_DETAILS,
    (S.AWAITING_CONSENT, E.CONSENT_DECLINED): S.CANCELLED,
    (S.AWAITING_CONSENT, E.CONSENT_LAPSED): S.CANCELLED,
    (S.AWAITING_CONSENT, E.WITHDRAWN): S.CANCELLED,
    (S.AWAITING_DETAILS, E.WITHDRAWN): S.CANCELLED,
    (S.AWAITING_DETAILS, E.DETAILS_GIVEN): S.PROVISIONING,
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
}

_ASKED: Final = {
    E.CONSENT_GIVEN: "accept the trial",
    E.CONSENT_DECLINED: "decline the trial",
    E.WITHDRAWN: "withdraw the trial",
    E.DETAILS_GIVEN: "give provisioning details",
    E.ACTIVATED: "report services built",
    E.EXTENDED: "extend the trial",
    E.EDITED: "edit the trial's services",
    E.CONVERTED: "convert the trial",
    E.CANCELLED: "cancel the trial",
}


class TrialTransitionRefused(Refused):
    """The stage does not allow what was asked for."""


def after(stage: TrialStage, event: TrialEvent) -> TrialStage:
    """The stage that follows; raises TrialTransitionRefused, naming stage and request, when there is none."""
    following = NEXT.get((stage, event))
    if following is None:
        raise TrialTransitionRefused(f"cannot {_ASKED.get(event, event)}: the trial is {stage}{_hint(stage, event)}")
    return following


def _hint(stage: TrialStage, event: TrialEvent) -> str:
    if event is TrialEvent.CONVERTED and stage.startswith(TrialStage.LAPSED):
        return ", and what it lost at the end of grace cannot be restored (TRL-78)"
    wanted = [str(at) for at, known in NEXT if known is event]
    return f"; this is possible while it is {' or '.join(wanted)}" if wanted and stage not in CLOSED else ""
