"""What an order would set going: its workflow, the terms it needs, who gets which mail. Nothing is touched."""

from typing import Final

from domain.mails import RECIPIENT, Lifecycle, MailKind, Role
from domain.order.messages import PlaceOrder
from starter.answers import PlanAnswer, PlannedMail
from starter.ids import Subject
from starter.showing import planned_table
from starter.terminal import terminal

NAMED_LATER: Final = {
    Role.FORM_PARTNER: "the Partner Contact Address in the Provisioning form",
    Role.SITE_ADMINISTRATOR: "the site administrator in the Provisioning form, nobody else",
    Role.GRADUATION_COPY: "the address given in the Graduation form",
    Role.RENEWAL_CONTACT: "the renewal contact in the Graduation form",
}
"""Where people are named whom the order itself does not know."""

ALWAYS: Final = {
    MailKind.CONFIRMATION: "as soon as it ships",
    MailKind.PROVISIONING_COPY: "when the Provisioning form is submitted",
}
NEW_ONLY: Final = {
    MailKind.WELCOME: "when the site is built",
    MailKind.GRADUATION_COPY: "on Graduation, if a copy is wanted",
    MailKind.RENEWAL_NOTICE: "before the renewal date",
}
"""A renewal completes without a mail to the end user. REN-09."""

IF_LATE: Final = {
    MailKind.HOLD_OVERDUE: "if the hold is overdue",
    MailKind.BUILD_LATE: "if the site is late",
}


def plan(order: PlaceOrder) -> PlanAnswer:
    """As its own rules say."""
    return PlanAnswer(
        order=order.sales_order_number,
        kind=order.kind,
        workflow_id=Subject(Lifecycle.ORDER, order.sales_order_number).workflow_id,
        subscription_id=order.subscription,
        required_terms=order.required_terms,
        mails=tuple(PlannedMail(kind=kind, to=_reader(order, kind), when=when) for kind, when in _mails(order).items()),
    )


def _mails(order: PlaceOrder) -> dict[MailKind, str]:
    terms = {MailKind.TERMS_WANTED: "at once"} if order.required_terms else {}
    if order.subscription_id is not None:
        return terms | ALWAYS | IF_LATE | {MailKind.RENEWAL_LATE: "if no form is in before the renewal date"}
    return terms | ALWAYS | NEW_ONLY | IF_LATE | {MailKind.GRADUATION_REMINDER: "if Graduation is late"}


def _reader(order: PlaceOrder, kind: MailKind) -> str:
    match RECIPIENT[kind]:
        case Role.ORDERING_PARTNER:
            relayed = f", who relays it to {order.facing_partner.id}" if order.reselling_partner else ""
            return f"partner {order.ordering_partner.id}" + (relayed if kind is MailKind.CONFIRMATION else "")
        case Role.FACING_PARTNER:
            return f"partner {order.facing_partner.id}"
        case role:
            return NAMED_LATER[role]


def tell(found: PlanAnswer) -> None:
    """For people."""
    starts = "continues" if found.kind == "renewal" else "starts with the built site"
    terminal.say(f"Valid; nothing was touched. Order {found.order} ({found.kind}) would run as {found.workflow_id}.")
    terminal.say(f"  subscription    {found.subscription_id}, {starts}")
    terminal.say(f"  terms to agree  {', '.join(found.required_terms) or 'none'}")
    terminal.say("")
    terminal.say(planned_table(found.mails))
