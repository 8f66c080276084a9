"""What an order's mails say, and while what they are sent. Pure."""

from datetime import datetime, timedelta
from typing import Final

from domain.letters import Letters
from domain.lifecycle import PostedMail
from domain.order.contacts import partner_addresses, refuse_partner
from domain.order.facts import LetterItem, OrderFacts
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.mails import OrderMail
from domain.order.row import OrderRow
from domain.order.states import Stage
from domain.policy import HOUR
from domain.values import Person
from domain.working_time import days_left

ONLY_WHILE: Final = {
    OrderMail.TERMS_WANTED: frozenset({Stage.HELD}),
    OrderMail.HOLD_OVERDUE: frozenset({Stage.HELD}),
    OrderMail.RENEWAL_LATE: frozenset({Stage.HELD, Stage.AWAITING_DETAILS}),
    OrderMail.BUILD_LATE: frozenset({Stage.PROVISIONING}),
    OrderMail.GRADUATION_REMINDER: frozenset({Stage.SERVICE_READY}),
}
"""Reminders and alerts go out only while their reason lasts."""


def wanted(row: OrderRow, mail: PostedMail) -> bool:
    """Does the order, as it stands now, still call for this mail? Nobody is asked for terms that are accepted."""
    if mail.kind == OrderMail.TERMS_WANTED and not row.state.missing_terms:
        return False
    return row.state.stage in ONLY_WHILE.get(OrderMail(mail.kind), frozenset(Stage))


def check_reader(row: OrderRow, mail: PostedMail, reader: Person) -> None:
    """The Welcome never goes to a partner. ORD-23, AMB-56."""
    if mail.kind == OrderMail.WELCOME:
        form = {row.provisioning_form.partner_email} if row.provisioning_form else set()
        refuse_partner(reader.email, partner_addresses(row.placed) | form, "email")


def facts(row: OrderRow, mail: PostedMail, now: datetime) -> OrderFacts:
    """The password link's end counts from `now`, the moment of sending. ORD-22."""
    state, placed = row.state, row.placed
    return OrderFacts(
        customer_company=placed.customer.company,
        order_number=state.number,
        order_kind=state.kind,
        subscription_id=state.subscription_id,
        ordering_partner=placed.ordering_partner.company,
        facing_partner=placed.facing_partner.company,
        relay_to=placed.reselling_partner.company if placed.reselling_partner else None,
        items=tuple(
            LetterItem(part_number=item.part_number, offering=item.offering, quantity=item.quantity)
            for item in placed.items
        ),
        terms_wanted=tuple(state.missing_terms),
        terms_accepted=tuple(state.terms_accepted.items()),
        placed_at=state.placed_at,
        shipped_at=state.shipped_at,
        due_at=mail.due_at,
        build_guide=state.policy.build_guide,
        renewal_date=state.renewal_date,
        days_left=days_left(state.renewal_date, now, state.rules) if state.renewal_date else None,
        reason=state.closing_reason,
        sites=tuple(site.url for site in row.provisioning_form.sites) if row.provisioning_form else (),
        user_name=row.access.user_name if row.access else None,
        password_url=row.access.password_url if row.access else None,
        link_void_at=now + state.policy.password_link_life,
        link_hours=_whole_hours(state.policy.password_link_life),
        target_days=state.policy.renewal_target.days,
        form=_copied(row, mail.kind),
    )


def _whole_hours(life: timedelta) -> int | None:
    hours, rest = divmod(life, HOUR)
    return None if rest else hours


def _copied(row: OrderRow, kind: str) -> ProvisioningForm | GraduationForm | None:
    match kind:
        case OrderMail.PROVISIONING_COPY:
            return row.provisioning_form
        case OrderMail.GRADUATION_COPY:
            return row.graduation_form
        case _:
            return None


LETTERS: Final = Letters(
    wanted=wanted, facts=facts, check_reader=check_reader, with_document=frozenset({OrderMail.CONFIRMATION})
)
