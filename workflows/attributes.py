"""The one registry of search attributes: status, ids and dates only, no personal data. R7."""

from typing import Any, Final

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate, TypedSearchAttributes

from domain.view import LifeView

STAGE: Final = SearchAttributeKey.for_keyword("TenureStage")
KIND: Final = SearchAttributeKey.for_keyword("TenureKind")
CUSTOMER: Final = SearchAttributeKey.for_keyword("TenureCustomer")
PARTNER: Final = SearchAttributeKey.for_keyword("TenurePartner")
AWAITING: Final = SearchAttributeKey.for_keyword_list("TenureAwaiting")
"""The updates waited for: `accept_terms`, `clear_compliance`, …"""

DUE: Final = SearchAttributeKey.for_datetime("TenureDue")
"""The next deadline."""

ATTENTION: Final = SearchAttributeKey.for_bool("TenureAttention")
"""Somebody should look: in jeopardy, overdue, suspended, a mail in doubt or refused."""

ALL: Final = (STAGE, KIND, CUSTOMER, PARTNER, AWAITING, DUE, ATTENTION)


def changed(known: TypedSearchAttributes, view: LifeView) -> list[SearchAttributeUpdate[Any]]:
    """The attributes of `view` that differ from those known: each upsert costs an event."""
    wanted: list[tuple[SearchAttributeKey[Any], Any]] = [
        (STAGE, view.stage),
        (KIND, view.kind),
        (CUSTOMER, view.customer_id),
        (PARTNER, view.partner_id),
        (AWAITING, sorted({awaited.update for awaited in view.awaiting if awaited.update}) or None),
        (DUE, view.deadlines[0].at if view.deadlines else None),
        (ATTENTION, view.attention),
    ]
    return [
        key.value_unset() if value is None else key.value_set(value) for key, value in wanted if known.get(key) != value
    ]
