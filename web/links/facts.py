"""What a page says its link is about: as little as the mail said, and nothing that its reader has not read already."""

from collections.abc import Iterator
from datetime import datetime

from adapters.mail.reader import Reader as MailReader
from domain.device.carriers import FALLBACK
from domain.device.row import DeviceRow
from domain.links import Purpose
from domain.mails import Role, numbered
from domain.order.row import OrderRow
from domain.subscription.row import SubscriptionRow
from domain.trial.row import TrialRow
from web.links.followed import Followed
from web.reader import Reader

Fact = tuple[str, str]
"""A label and a value, in the reader's words."""


def facts_of(found: Followed | None, reader: Reader) -> list[Fact]:
    """In the order in which people look for them."""
    if found is None:
        return []
    return [(reader.say(f"forms.{label}"), value) for label, value in _facts(found, reader) if value]


def may_decide(found: Followed) -> bool:
    """A trial is accepted by a full administrator; whoever else was written to may look, and ask one. TRL-24, TRL-25"""
    if found.purpose is not Purpose.CONSENT:
        return True
    return found.role in {numbered(Role.CUSTOMER_ADMINISTRATOR, each) for each in found.row.state.full_administrators}


def _facts(found: Followed, reader: Reader) -> Iterator[Fact]:
    match found.row:
        case OrderRow(state=state, placed=placed):
            yield "order", state.number
            yield "customer", placed.customer.company
            if found.purpose is Purpose.PROVISIONING:
                yield "hosts", reader.number(state.named_hosts) if state.named_hosts else ""
                yield "renewal_date", reader.day(state.renewal_date) if state.renewal_date else ""
        case TrialRow(state=state, placed=placed):
            yield "requested_by", placed.partner.company
            yield "organization", placed.customer.company
            yield "services", ", ".join(reader.word("forms.service", each) for each in state.services)
            yield "trial", state.trial_id
            yield "answer_by", _answer_by(found, reader)
            yield "access", reader.word("forms.access", state.partner_access) if state.partner_access else ""
        case DeviceRow(state=state):
            yield "device", state.model
            yield "serial", state.serial_number
            yield "return_by", _until(state.return_due_at, found, reader)
            yield "carrier", "" if state.way_back.carrier == FALLBACK.carrier else state.way_back.carrier
        case SubscriptionRow(state=state, newest=newest):
            yield "subscription", state.subscription_id
            yield "customer", newest.customer_company if newest else ""
            yield "renewal_date", reader.day(state.renewal_date)


def _answer_by(found: Followed, reader: Reader) -> str:
    """When the request lapses, if it is still open. TRL-25, TRL-31."""
    due = [each.at for each in found.row.state.agenda.pending if each.kind == "consent_lapses"]
    return _until(due[0], found, reader) if due else ""


def _until(instant: datetime, found: Followed, reader: Reader) -> str:
    """As the mail says it: the end of a day is its 24:00."""
    if found.reader is None:
        return reader.at(instant)
    return MailReader(found.reader.model_copy(update={"language": reader.language})).when(instant)
