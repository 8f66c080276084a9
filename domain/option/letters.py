"""What an option request's mails say, and while what they are sent. Pure."""

from datetime import datetime
from typing import Final

from domain.letters import Letters
from domain.lifecycle import PostedMail
from domain.names import name_of
from domain.option.facts import OptionFacts
from domain.option.mails import OptionMail
from domain.option.messages import OptionKind, RequestOption
from domain.option.row import OptionRow
from domain.option.states import OptionStage
from domain.values import Refused
from domain.working_time import days_left


def wanted(row: OptionRow, mail: PostedMail) -> bool:
    """Nobody is told that a request was received when it is over already."""
    return mail.kind != OptionMail.OPTION_ACKNOWLEDGED or not row.state.closed


def facts(row: OptionRow, mail: PostedMail, now: datetime) -> OptionFacts:
    """The request as it was asked, its subscription as it was then, and what came of it."""
    state, placed, subscribed = row.state, row.placed, row.state.subscribed
    if subscribed is None:
        raise Refused(f"nothing is known here of subscription {state.subscription_id}")
    asks_date = state.kind is OptionKind.RENEWAL_DATE
    return OptionFacts(
        customer_company=subscribed.customer_company,
        facing_partner=subscribed.facing_partner,
        request_id=state.request_id,
        kind=state.kind,
        subscription_id=state.subscription_id,
        requested_at=state.requested_at,
        due_at=mail.due_at,
        language=state.asked.get("language"),
        site=state.asked.get("site"),
        new_site=state.asked.get("new_site"),
        named_users=placed.site_split.named_users if placed.site_split else None,
        contact_of=state.asked.get("contact_of"),
        contact_name=name_of(placed.contact.person) if placed.contact else None,
        session_type=state.asked.get("session_type"),
        logo_url=state.asked.get("logo"),
        request_text=_text(placed),
        renewal_date=subscribed.renewal_date if asks_date else None,
        days_left=days_left(subscribed.renewal_date, now, state.rules) if asks_date else None,
        csm=subscribed.csm if state.kind is OptionKind.CSM else None,
        completed_at=state.closed_at if mail.kind == OptionMail.OPTION_COMPLETED else None,
        note=state.note,
        rejection=state.closing_reason if state.stage is OptionStage.REJECTED else None,
    )


def _text(placed: RequestOption) -> str | None:
    """What was written freely: the description of a session type, and a word beside it."""
    described = placed.session_type.description if placed.session_type else None
    return "\n\n".join(filter(None, (described, placed.text))) or None


LETTERS: Final = Letters(wanted=wanted, facts=facts)
