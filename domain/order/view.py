"""An order as people see it: tracker, what it waits for and from whom, what may be sent now. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.mails import MailState
from domain.order.mails import OrderMail
from domain.order.messages import Terms
from domain.order.standing import OVER, TRIAL_UNREACHABLE, UNREACHABLE
from domain.order.state import BUILD_LATE, GRADUATION_DUE, HOLD_OVERDUE, RENEWAL_TARGET, OrderState
from domain.order.states import Stage
from domain.values import facts
from domain.view import Awaited, LifecycleView, Mark, Party, Step, awaited, tracker, view_of

IN_WORDS: Final = {
    Stage.ACKNOWLEDGED: "was taken and is being checked",
    Stage.HELD: "is on compliance hold",
    Stage.AWAITING_DETAILS: "has shipped and waits for the Provisioning form",
    Stage.PROVISIONING: "is being provisioned",
    Stage.SERVICE_READY: "is in service and waits for Graduation",
    Stage.COMPLETED: "is completed",
    Stage.REJECTED: "was rejected by the vendor",
    Stage.CANCELLED: "was cancelled",
}

MISSED: Final = {
    HOLD_OVERDUE: "The compliance hold took longer than usual",
    BUILD_LATE: "The site was not built within the usual time",
    RENEWAL_TARGET: "The renewal's Provisioning form was not in by its target date",
    UNREACHABLE: "The subscription this order renews could not be told, it is not running: find out why",
    OVER: "The subscription this order renews is over, so nothing was renewed: settle it with the customer",
    TRIAL_UNREACHABLE: "The trial this order makes paid could not be told that it shipped, it is not running: find out "
    "whether it was converted",
}
_OVERDUE: Final = "Graduation is overdue: until the Graduation form is in, nobody takes care of the customer"

_COMPLIANCE: Final = "compliance clearance"
_FORM: Final = "the Provisioning form"
_BUILD: Final = "the built site"
_RENEWAL_WORK: Final = "the renewal work"
_GRADUATION: Final = "the Graduation form"


def order_view(state: OrderState, now: datetime) -> LifecycleView:
    """As of `now` (UTC)."""
    return view_of(
        state,
        now,
        missed=MISSED,
        troubles=[_OVERDUE] if state.graduation_overdue else [],
        kind=f"{state.lifecycle}.{state.kind}",
        what=f"{state.kind.capitalize()} order {state.number}",
        stage=state.stage,
        stage_in_words=IN_WORDS[state.stage],
        customer_id=state.customer_id,
        partner_id=state.facing_partner_id,
        steps=steps(state),
        awaiting=awaiting(state),
        facts=_facts(state, now),
    )


def _facts(state: OrderState, now: datetime) -> dict[str, str]:
    return facts(
        ordering_partner=state.ordering_partner_id,
        subscription=state.subscription_id,
        required_terms=", ".join(state.required_terms) or None,
        accepted_terms=", ".join(state.terms_accepted) or None,
        placed_at=state.placed_at,
        cleared_at=state.cleared_at,
        shipped_at=state.shipped_at,
        form_submitted_at=state.form_submitted_at,
        built_at=state.built_at,
        link_void_at=state.link_void_at,
        renewal_date=state.renewal_date,
        next_term=state.next_term(now),
        sites=", ".join(state.sites) or None,
        converts_trial=state.converts_trial,
        running_trials=_left(state),
        holidays=_holidays(state),
        closed_at=state.closed_at,
        csm=state.csm,
    )


def _left(state: OrderState) -> str | None:
    if not state.unconverted_trials:
        return None
    return f"{', '.join(state.unconverted_trials)}: not converted by this order, which names no such trial (AMB-53)"


def _holidays(state: OrderState) -> str | None:
    if not state.plain_weekdays:
        return None
    return (
        f"not known in {state.policy.vendor_country} for some of the days: every Monday to Friday was counted (AMB-40)"
    )


def steps(state: OrderState) -> tuple[Step, ...]:
    """The tracker: ticks only for what happened, a cross where it stopped."""
    graduated = state.stage is Stage.COMPLETED and not state.is_renewal
    dated = [
        ("Compliance hold", state.shipped_at),
        ("Provisioning form", state.form_submitted_at),
        ("Renewal work" if state.is_renewal else "Site build", state.built_at),
        ("Graduation", state.closed_at if graduated else None),
    ]
    shown = tracker(((name, at is not None, at) for name, at in dated), closed=state.closed)
    return shown[:3] if state.is_renewal else (*shown[:3], _welcome(state), *shown[3:])


def _welcome(state: OrderState) -> Step:
    """It goes out beside what else happens, and is done when it was sent; the ledger knows it longer than the order."""
    name = "Welcome"
    if state.link_void_at is not None:
        return Step(name=name, mark=Mark.DONE, at=state.link_void_at - state.policy.password_link_life)
    mail = next((mail for mail in state.mails.values() if mail.kind == OrderMail.WELCOME), None)
    match mail.state if mail else None:
        case MailState.SENT:
            return Step(name=name, mark=Mark.DONE)
        case MailState.UNKNOWN | MailState.REFUSED | MailState.MOOT:
            return Step(name=name, mark=Mark.STOPPED)
        case _:
            return Step(name=name, mark=Mark.PENDING if state.built_at is None else Mark.CURRENT)


def awaiting(state: OrderState) -> tuple[Awaited, ...]:
    """What the next move waits for, from whom, until when."""
    match state.stage:
        case Stage.HELD:
            return tuple(_for_release(state))
        case Stage.AWAITING_DETAILS:
            return (_from_partner(state, _FORM, "submit_provisioning_form", RENEWAL_TARGET),)
        case Stage.PROVISIONING:
            what = _RENEWAL_WORK if state.is_renewal else _BUILD
            return (awaited(state, what, Party.VENDOR, "report_site_built", BUILD_LATE),)
        case Stage.SERVICE_READY:
            return (_from_partner(state, _GRADUATION, "graduate", GRADUATION_DUE),)
        case _:
            return ()


def _for_release(state: OrderState) -> Iterator[Awaited]:
    if state.cleared_at is None:
        yield awaited(state, _COMPLIANCE, Party.VENDOR, "clear_compliance", HOLD_OVERDUE)
    for name in state.missing_terms:
        yield awaited(state, agreement_to(name), Party.CUSTOMER, "accept_terms", HOLD_OVERDUE)


def agreement_to(terms: Terms) -> str:
    """What is awaited, in words."""
    return f"{terms} overage terms"


def _from_partner(state: OrderState, what: str, update: str, deadline: str) -> Awaited:
    return awaited(state, what, Party.PARTNER, update, deadline, whom=f"partner {state.facing_partner_id}")
