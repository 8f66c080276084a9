"""An order as people see it: tracker, what it waits for and from whom, what may be sent now. Pure."""

from datetime import datetime
from typing import Final

from domain.order.order import RELAY, OrderLife
from domain.order.states import BEFORE_SHIPPING, CLOSED, Stage
from domain.values import facts
from domain.view import Awaited, LifeView, Mark, Step, view_of

_COMPLIANCE: Final = Awaited(what="compliance clearance", from_whom="vendor", update="clear_compliance")
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
        kind=f"{life.lifecycle}.{life.kind}",
        stage=life.stage,
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
    passed = [
        ("Compliance hold", life.shipped_at),
        ("Provisioning form", life.form_submitted_at),
        ("Renewal work" if life.is_renewal else "Site build and Welcome", life.built_at),
    ]
    if not life.is_renewal:
        passed.append(("Graduation", life.closed_at if life.stage is Stage.COMPLETED else None))
    marks: list[Step] = []
    for name, at in passed:
        here = at is None and all(step.mark is Mark.DONE for step in marks)
        mark = Mark.DONE if at else _unfinished(life, here=here)
        marks.append(Step(name=name, mark=mark, at=at))
    return tuple(marks)


def _unfinished(life: OrderLife, *, here: bool) -> Mark:
    if not here:
        return Mark.PENDING
    return Mark.STOPPED if life.closed else Mark.CURRENT


def awaiting(life: OrderLife) -> tuple[Awaited, ...]:
    """What the next move waits for, and from whom."""
    match life.stage:
        case Stage.HELD:
            terms = [_terms(name) for name in life.missing_terms]
            return tuple(([_COMPLIANCE] if life.cleared_at is None else []) + terms)
        case Stage.AWAITING_DETAILS:
            return (_from_partner(life, _FORM, "submit_provisioning_form"),)
        case Stage.PROVISIONING:
            what = _RENEWAL_WORK if life.is_renewal else _BUILD
            return (Awaited(what=what, from_whom="vendor", update="report_site_built"),)
        case Stage.SERVICE_READY:
            return (_from_partner(life, _GRADUATION, "graduate"),)
        case _:
            return ()


def _terms(name: str) -> Awaited:
    return Awaited(what=f"{name} {_TERMS}", from_whom="customer", update="accept_terms")


def _from_partner(life: OrderLife, what: str, update: str) -> Awaited:
    return Awaited(what=what, from_whom=f"partner {life.facing_partner_id}", update=update)


def can_send(life: OrderLife) -> tuple[str, ...]:
    """Updates that would not be refused for the stage."""
    wanted = [awaited.update for awaited in awaiting(life)]
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
