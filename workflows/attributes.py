"""The one registry of search attributes: status, ids and dates only, no personal data. R7."""

from typing import Any, Final

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate, TypedSearchAttributes

from domain.view import LifecycleView

STAGE: Final = SearchAttributeKey.for_keyword("TenureStage")
KIND: Final = SearchAttributeKey.for_keyword("TenureKind")
CUSTOMER: Final = SearchAttributeKey.for_keyword("TenureCustomer")
PARTNER: Final = SearchAttributeKey.for_keyword("TenurePartner")
AWAITING: Final = SearchAttributeKey.for_keyword_list("TenureAwaiting")
"""The updates waited for: `accept_terms`, `clear_compliance`, …"""

WAITS_FOR: Final = SearchAttributeKey.for_keyword_list("TenureWaitsFor")
"""Who owes something now: `customer`, `partner`, `vendor`, `operations`."""

DUE: Final = SearchAttributeKey.for_datetime("TenureDue")
"""The next deadline."""

ATTENTION: Final = SearchAttributeKey.for_bool("TenureAttention")
"""Somebody should look: in jeopardy, overdue, suspended, a mail in doubt or refused."""

JEOPARDY: Final = SearchAttributeKey.for_bool("TenureJeopardy")
"""A guide or target was missed. AMB-1."""

ALL: Final = (STAGE, KIND, CUSTOMER, PARTNER, AWAITING, WAITS_FOR, DUE, ATTENTION, JEOPARDY)


def changed(known: TypedSearchAttributes, view: LifecycleView) -> list[SearchAttributeUpdate[Any]]:
    """The attributes of `view` that differ from those known: each upsert costs an event."""
    wanted: list[tuple[SearchAttributeKey[Any], Any]] = [
        (STAGE, view.stage),
        (KIND, view.kind),
        (CUSTOMER, view.customer_id),
        (PARTNER, view.partner_id),
        (AWAITING, sorted({awaited.update for awaited in view.awaiting if awaited.update}) or None),
        (WAITS_FOR, list(view.waits_for) or None),
        (DUE, view.deadlines[0].at if view.deadlines else None),
        (ATTENTION, view.attention),
        (JEOPARDY, bool(view.jeopardy)),
    ]
    return [
        key.value_unset() if value is None else key.value_set(value) for key, value in wanted if known.get(key) != value
    ]
