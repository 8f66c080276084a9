"""Which customers a filter leaves, in which order, page by page. HUB-30 to HUB-33. Pure."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from domain.hub.customers import HubCustomer
from domain.hub.entitlements import EntitlementState
from domain.hub.filters import Filter, Sort, SubscriptionType
from domain.hub.policy import HubPolicy
from domain.hub.statuses import Found, Status, ends_first, first_status, has_one_of, statuses
from domain.hub.tags import same
from domain.lifecycle import Lifecycle

NAMES_AT_ONCE: Final = 50_000
"""Names that stay folded."""

PLACES: Final = {status: place for place, status in enumerate(Status)}
"""In the order of display."""

VOICED: Final = frozenset("\u3099\u309a")
"""Marks that make another kana of one (か, が): no accents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of the list."""

    asked: Filter
    """Its page is the last one, if there are fewer."""

    customers: tuple[tuple[HubCustomer, tuple[Found, ...]], ...]
    """With their statuses."""

    total: int
    """Of all pages."""

    pages: int
    """At least one."""


def listed(customers: Sequence[HubCustomer], asked: Filter, now: datetime, policy: HubPolicy) -> Listed:
    """The page that is asked for."""
    found = _sorted([one for one in customers if fits(one, asked, now, policy)], asked, now, policy)
    pages = max(1, -(-len(found) // asked.size))
    page = min(asked.page, pages)
    shown = found[(page - 1) * asked.size : page * asked.size]
    return Listed(
        asked=replace(asked, page=page),
        customers=tuple((one, statuses(one, now, policy)) for one in shown),
        total=len(found),
        pages=pages,
    )


def fits(customer: HubCustomer, asked: Filter, now: datetime, policy: HubPolicy) -> bool:
    """Does the list show this customer? What costs least is asked first."""
    return (
        (not asked.managed or customer.managed in asked.managed)
        and (
            not asked.product
            or any(product in each.products for each in customer.entitlements for product in asked.product)
        )
        and (not asked.type or any(_has(customer, one) for one in asked.type))
        and (not asked.tag or bool({same(tag) for tag in asked.tag} & _tags_of(customer)))
        and (not asked.search or _is_named(customer, folded(asked.search).split()))
        and (not asked.status or has_one_of(customer, asked.status, now, policy))
    )


class _Accents(dict[int, int | None]):
    """For `str.translate`: what becomes of each letter, found out once."""

    def __missing__(self, letter: int) -> int | None:
        mark = unicodedata.category(chr(letter)) == "Mn" and chr(letter) not in VOICED
        self[letter] = None if mark else letter
        return self[letter]


ACCENTS: Final = _Accents()


@lru_cache(maxsize=NAMES_AT_ONCE)
def folded(text: str) -> str:
    """Without case, width and accents: `ＨÔTEL` is `hotel`. Voiced kana stay, for these are letters of their own."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", text).casefold().translate(ACCENTS))


def _is_named(customer: HubCustomer, words: Sequence[str]) -> bool:
    name, id_ = folded(customer.name), folded(customer.customer_id)
    return all(word in name or word in id_ for word in words)


def _tags_of(customer: HubCustomer) -> set[str]:
    return {same(tag) for tag in (*customer.tags, *(tag for _, tag in customer.subscription_tags))}


def _has(customer: HubCustomer, kind: SubscriptionType) -> bool:
    """One that is not over: suspended or in grace, too; an order is no subscription yet. HUB-33."""
    trial = kind is SubscriptionType.TRIAL
    there = (
        one
        for one in customer.entitlements
        if one.state is not EntitlementState.OVER and one.lifecycle != Lifecycle.ORDER
    )
    return any(each.trial is trial for each in there)


def _sorted(customers: list[HubCustomer], asked: Filter, now: datetime, policy: HubPolicy) -> list[HubCustomer]:
    """Of whom it is unknown stands last either way; those that are equal by name, partner and id."""

    def by(customer: HubCustomer) -> Any:
        return ORDER[asked.sort](customer, now, policy)

    customers.sort(key=lambda one: (folded(one.name), one.partner_id, one.customer_id))
    keyed = [(by(customer), customer) for customer in customers]
    known = [pair for pair in keyed if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=asked.descending)
    return [customer for _, customer in known] + [customer for key, customer in keyed if key is None]


def _place(customer: HubCustomer, now: datetime, policy: HubPolicy) -> int | None:
    found = first_status(customer, now, policy)
    return PLACES[found] if found else None


def _ends(customer: HubCustomer, _now: datetime, _policy: HubPolicy) -> datetime | None:
    return first[1] if (first := ends_first(customer)) else None


ORDER: Final[dict[Sort, Callable[[HubCustomer, datetime, HubPolicy], Any]]] = {
    Sort.NAME: lambda customer, _now, _policy: folded(customer.name),
    Sort.ID: lambda customer, _now, _policy: folded(customer.customer_id),
    Sort.STATUS: _place,
    Sort.ENDS: _ends,
    Sort.SIGN_IN: lambda customer, _now, _policy: customer.last_sign_in,
    Sort.ADDED: lambda customer, _now, _policy: customer.known_since,
}
"""By what; None: unknown."""
