"""An order as people see it: tracker, what it waits for and from whom, what may be sent now. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.mails import MailKind, MailState
from domain.order.order import BUILD_LATE, GRADUATION_DUE, HOLD_OVERDUE, RELAY, RENEWAL_TARGET, OrderLife
from domain.order.states import BEFORE_SHIPPING, CLOSED, Stage
from domain.values import facts
from domain.view import Awaited, LifeView, Mark, Step, awaited, tracker, view_of

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

UNREACHABLE: Final = "subscription_unreachable"

MISSED: Final = {
    HOLD_OVERDUE: "The compliance hold took longer than usual",
    BUILD_LATE: "The site was not built within the usual time",
    RENEWAL_TARGET: "The renewal's Provisioning form was not in by its target date",
    UNREACHABLE: "The subscription this order renews could not be told, it is not running: find out why",
}
_OVERDUE: Final = "Graduation is overdue: until the Graduation form is in, nobody takes care of the customer"

_COMPLIANCE: Final = "compliance clearance"
_TERMS: Final = "overage terms"
_FORM: Final = "the Provisioning form"
_BUILD: Final = "the built site"
_RENEWAL_WORK: Final = "the renewal work"
_GRADUATION: Final = "the Graduation form"


def order_view(life: OrderLife, now: datetime) -> LifeView:
    """Everything about an order that its state can tell, as of `now` (UTC)."""
    return view_of(
        life,
        now,
        missed=MISSED,
        troubles=[_OVERDUE] if life.graduation_overdue else [],
        kind=f"{life.lifecycle}.{life.kind}",
        what=f"{life.kind.capitalize()} order {life.number}",
        stage=life.stage,
        stage_in_words=IN_WORDS[life.stage],
        customer_id=life.customer_id,
        partner_id=life.facing_partner_id,
        steps=steps(life),
        awaiting=awaiting(life),
        can_send=can_send(life),
        facts=_facts(life),
    )


def _facts(life: OrderLife) -> dict[str, str]:
    return facts(
        ordering_partner=life.ordering_partner_id,
        subscription=life.subscription_id,
        required_terms=", ".join(life.required_terms) or "none",
        accepted_terms=", ".join(life.terms_accepted) or "none",
        placed_at=life.placed_at,
        cleared_at=life.cleared_at,
        shipped_at=life.shipped_at,
        form_submitted_at=life.form_submitted_at,
        built_at=life.built_at,
        link_void_at=life.link_void_at,
        renewal_date=life.renewal_date,
        closed_at=life.closed_at,
        csm=life.csm,
    )


def steps(life: OrderLife) -> tuple[Step, ...]:
    """The tracker: ticks only for what happened, a cross where it stopped."""
    graduated = life.stage is Stage.COMPLETED and not life.is_renewal
    told = [
        ("Compliance hold", life.shipped_at),
        ("Provisioning form", life.form_submitted_at),
        ("Renewal work" if life.is_renewal else "Site build", life.built_at),
        ("Graduation", life.closed_at if graduated else None),
    ]
    shown = tracker(((name, at is not None, at) for name, at in told), closed=life.closed)
    return shown[:3] if life.is_renewal else (*shown[:3], _welcome(life), *shown[3:])


def _welcome(life: OrderLife) -> Step:
    """It goes out beside what else happens, and is done when it was sent; the ledger knows it longer than the order."""
    name = "Welcome"
    if life.link_void_at is not None:
        return Step(name=name, mark=Mark.DONE, at=life.link_void_at - life.policy.password_link_life)
    mail = next((mail for mail in life.mails.values() if mail.kind is MailKind.WELCOME), None)
    match mail.state if mail else None:
        case MailState.SENT:
            return Step(name=name, mark=Mark.DONE)
        case MailState.UNKNOWN | MailState.REFUSED | MailState.MOOT:
            return Step(name=name, mark=Mark.STOPPED)
        case _:
            return Step(name=name, mark=Mark.PENDING if life.built_at is None else Mark.CURRENT)


def awaiting(life: OrderLife) -> tuple[Awaited, ...]:
    """What the next move waits for, from whom, until when."""
    match life.stage:
        case Stage.HELD:
            return tuple(_for_release(life))
        case Stage.AWAITING_DETAILS:
            return (_from_partner(life, _FORM, "submit_provisioning_form", RENEWAL_TARGET),)
        case Stage.PROVISIONING:
            what = _RENEWAL_WORK if life.is_renewal else _BUILD
            return (awaited(life, what, "vendor", "report_site_built", BUILD_LATE),)
        case Stage.SERVICE_READY:
            return (_from_partner(life, _GRADUATION, "graduate", GRADUATION_DUE),)
        case _:
            return ()


def _for_release(life: OrderLife) -> Iterator[Awaited]:
    if life.cleared_at is None:
        yield awaited(life, _COMPLIANCE, "vendor", "clear_compliance", HOLD_OVERDUE)
    for name in life.missing_terms:
        yield awaited(life, f"{name} {_TERMS}", "customer", "accept_terms", HOLD_OVERDUE)


def _from_partner(life: OrderLife, what: str, update: str, deadline: str) -> Awaited:
    return awaited(life, what, f"partner {life.facing_partner_id}", update, deadline)


def can_send(life: OrderLife) -> tuple[str, ...]:
    """Updates that would not be refused for the stage."""
    wanted = [each.update for each in awaiting(life)]
    if life.stage is Stage.HELD:
        wanted.append("refuse_compliance")
    if life.stage in BEFORE_SHIPPING:
        wanted.append("cancel")
    if life.stage not in CLOSED and _open(life, RELAY):
        wanted.append("complete_task")
    return tuple(dict.fromkeys(wanted))


def _open(life: OrderLife, key: str) -> bool:
    task = life.journal.task(key)
    return task is not None and task.closed_at is None
