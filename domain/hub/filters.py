"""Filters as a query that can be bookmarked, with search, order and pages. HUB-30 to HUB-33. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlencode

from domain.hub.customers import Managed
from domain.hub.products import Product
from domain.hub.statuses import Status
from domain.hub.tags import same
from domain.reasons import Reason
from domain.values import Refused

PAGE_SIZES: Final = (25, 50, 100, 200)
LONGEST_SEARCH: Final = 200
LAST_PAGE: Final = 1_000_000

V = TypeVar("V", bound=StrEnum)


class SubscriptionType(StrEnum):
    """HUB-33."""

    SUBSCRIPTION = "subscription"
    TRIAL = "trial"


class Sort(StrEnum):
    """By what the list is ordered; customers of whom it is unknown stand last either way."""

    NAME = "name"
    ID = "id"
    STATUS = "status"
    """By the first status in the order of display."""

    ENDS = "ends"
    """By the earliest last day of what runs."""

    SIGN_IN = "sign_in"
    ADDED = "added"
    """By when the customer was first known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """All that is said has to fit (and); of several values of one thing any (or). Nothing said: everybody."""

    managed: tuple[Managed, ...] = ()
    product: tuple[str, ...] = ()
    status: tuple[Status, ...] = ()
    type: tuple[SubscriptionType, ...] = ()
    tag: tuple[str, ...] = ()
    """On the customer or on a subscription; case and width do not matter."""

    search: str = ""
    """In the query: `q`. Every word must be part of the name or the id; case, width and accents do not matter."""

    sort: Sort = Sort.NAME
    descending: bool = False
    """In the query: a `-` before the sort."""

    page: int = 1
    size: int = PAGE_SIZES[1]

    @classmethod
    def of_query(
        cls, query: Iterable[tuple[str, str]], products: Collection[str] = tuple(Product), beside: Collection[str] = ()
    ) -> Self:
        """From decoded pairs as they stand in the address; what is empty was not said.

        Raises Refused with the name at fault: an unknown value (`products` are those there are), or a name that is none
        of ours nor among `beside`. A filter that was mistyped never shows everybody.
        """
        given: dict[str, list[str]] = {}
        for name, value in query:
            if value.strip() and name not in beside:
                given.setdefault(name, []).append(value.strip())
        for name in given:
            _one_of(NAMES, name, name, "", Reason.UNKNOWN_FIELD)
        said: dict[str, Any] = {name: read(given[name]) for name, read in READ.items() if name in given}
        if "product" in given:
            said["product"] = tuple(_one_of(products, one, "product", "HUB-31") for one in _once(given["product"]))
        if "q" in said:
            said["search"] = said.pop("q")
        if "sort" in said:
            said["sort"], said["descending"] = said["sort"]
        return cls(**said)

    def query(self, **changes: Any) -> str:
        """As it stands in an address, without `?`; what is as usual is left out, so one list has one address.

        With changes: as it would stand with them, from the first page on unless they name another one.
        """
        asked = replace(self, **({"page": 1} | changes)) if changes else self
        return urlencode(asked.said() + asked._arranged())

    def said(self) -> list[tuple[str, str]]:
        """Names and values of the query that leave customers out: what a page shows as chips."""
        pairs = [(name, str(value)) for name in MANY for value in getattr(self, name)]
        return [*pairs, *([("q", self.search)] if self.search else [])]

    def without(self, name: str, value: str) -> Self:
        """Without one of `said`, from the first page on."""
        if name == "q":
            return replace(self, search="", page=1)
        left: dict[str, Any] = {name: tuple(one for one in getattr(self, name) if one != value)}
        return replace(self, page=1, **left)

    def _arranged(self) -> list[tuple[str, str]]:
        usual = Filter()
        sort = f"-{self.sort}" if self.descending else str(self.sort)
        pairs = {"sort": sort, "size": str(self.size), "page": str(self.page)}
        as_usual = {"sort": str(usual.sort), "size": str(usual.size), "page": str(usual.page)}
        return [(name, value) for name, value in pairs.items() if value != as_usual[name]]


def _of(values: type[V], name: str, rule: str) -> Callable[[list[str]], tuple[V, ...]]:
    """Those that are asked for, in the order in which they are defined."""

    def read(given: list[str]) -> tuple[V, ...]:
        asked = {_one_of([str(value) for value in values], one, name, rule) for one in given}
        return tuple(value for value in values if value in asked)

    return read


def _tags(given: list[str]) -> tuple[str, ...]:
    return tuple({same(tag): tag for tag in reversed(given)}.values())[::-1]


def _search(given: list[str]) -> str:
    words = " ".join(" ".join(given).split())
    if len(words) > LONGEST_SEARCH:
        raise Refused(f"at most {LONGEST_SEARCH} characters, not {len(words)}", field="q", code=Reason.TOO_LONG)
    return words


def _sort(given: list[str]) -> tuple[Sort, bool]:
    last = given[-1]
    return Sort(_one_of([str(sort) for sort in Sort], last.removeprefix("-"), "sort")), last.startswith("-")


def _page(given: list[str]) -> int:
    number = given[-1]
    if not (number.isascii() and number.isdecimal() and 0 < int(number[: len(str(LAST_PAGE)) + 1]) <= LAST_PAGE):
        raise Refused(f"must be a number from 1 to {LAST_PAGE}", field="page", code=Reason.NOT_ONE_OF)
    return int(number)


def _size(given: list[str]) -> int:
    return int(_one_of([str(size) for size in PAGE_SIZES], given[-1], "size"))


def _once(given: Iterable[str]) -> list[str]:
    return sorted(set(given))


def _one_of(possible: Collection[str], given: str, field: str, rule: str = "", code: Reason = Reason.NOT_ONE_OF) -> str:
    if given in possible:
        return given
    what = "no such filter; there are" if code is Reason.UNKNOWN_FIELD else "must be one of"
    raise Refused(f"{what}: {', '.join(possible)}{f' ({rule})' if rule else ''}", field=field, code=code)


READ: Final[Mapping[str, Callable[[list[str]], Any]]] = {
    "managed": _of(Managed, "managed", "HUB-30"),
    "status": _of(Status, "status", "HUB-32"),
    "type": _of(SubscriptionType, "type", "HUB-33"),
    "tag": _tags,
    "q": _search,
    "sort": _sort,
    "page": _page,
    "size": _size,
}
"""How each name's values are read; of what has one value the last one counts, as with a form."""

MANY: Final = ("managed", "product", "status", "type", "tag")
"""What may have several values."""

NAMES: Final = (*MANY, "q", "sort", "page", "size")
"""Of the query."""
