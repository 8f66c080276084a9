"""Filters: a query that can be bookmarked, what it leaves, in which order, page by page. HUB-30 to HUB-33."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.hub.customer_list import fits, folded, listed
from domain.hub.customers import HubCustomer, Managed
from domain.hub.entitlements import EntitlementState
from domain.hub.filters import PAGE_SIZES, Filter, Sort, SubscriptionType
from domain.hub.policy import HubPolicy
from domain.hub.products import Product
from domain.hub.statuses import Status
from domain.lifecycle import Lifecycle
from domain.reasons import Reason
from domain.values import Refused
from tests.domain.hub_twelve import AT, CUSTOMERS
from tests.hub_rows import a_hub_customer, a_life

POLICY = HubPolicy()


def asked(query: str, **context: Any) -> Filter:
    """As a browser sends it."""
    return Filter.of_query(parse_qsl(query, keep_blank_values=True), **context)


def shown(query: str, customers: tuple[HubCustomer, ...] = CUSTOMERS) -> str:
    """Ids, in their order."""
    return " ".join(one.customer_id for one, _ in listed(customers, asked(query), AT, POLICY).customers)


# The query.


def test_nothing_said_is_everybody_by_name() -> None:
    assert asked("") == Filter()
    assert Filter().query() == ""
    assert shown("") == "c01 c02 c03 c04 c05 c06 c07 c08 c09 c10 c11 c12"


def test_a_whole_query_is_read_and_written_in_one_order() -> None:
    query = (
        "managed=own&product=calling&product=meetings&status=suspended&status=expired&type=trial&tag=VIP&tag=%E5%A4%A7"
        "&q=%E8%B5%A4%E5%9D%82+shop&sort=-ends&size=100&page=3"
    )
    found = asked(query)
    assert found == Filter(
        managed=(Managed.OWN,),
        product=("calling", "meetings"),
        status=(Status.SUSPENDED, Status.EXPIRED),
        type=(SubscriptionType.TRIAL,),
        tag=("VIP", "大"),
        search="赤坂 shop",
        sort=Sort.ENDS,
        descending=True,
        size=100,
        page=3,
    )
    assert found.query() == query


def test_one_list_has_one_address() -> None:
    """However it was said: twice, in another order, with what is usual anyway."""
    query = "status=expired&q=&status=suspended&status=expired&type=&page=1&size=50&sort=name&q=++a++b+&tag=vip&tag=VIP"
    assert asked(query).query() == "status=suspended&status=expired&tag=vip&q=a+b"


filters = st.builds(
    Filter,
    managed=st.sets(st.sampled_from(Managed)).map(lambda some: tuple(one for one in Managed if one in some)),
    product=st.sets(st.sampled_from([str(one) for one in Product])).map(lambda some: tuple(sorted(some))),
    status=st.sets(st.sampled_from(Status)).map(lambda some: tuple(one for one in Status if one in some)),
    type=st.sets(st.sampled_from(SubscriptionType)).map(lambda some: tuple(o for o in SubscriptionType if o in some)),
    tag=st.sampled_from([(), ("VIP",), ("a&b=c", "大きい +%"), ("é",)]),
    search=st.sampled_from(["", "a", "a&q=b", "株式会社 赤坂", "100% +1"]),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
    page=st.integers(1, 1_000_000),
    size=st.sampled_from(PAGE_SIZES),
)


@given(filters)
def test_every_filter_comes_back_from_its_address(one: Filter) -> None:
    assert asked(one.query()) == one


@pytest.mark.parametrize(
    ("query", "field", "code", "words"),
    [
        ("managed=mine", "managed", Reason.NOT_ONE_OF, "must be one of: external, own (HUB-30)"),
        ("product=fax", "product", Reason.NOT_ONE_OF, "must be one of: meetings, calling, messaging, "),
        ("status=late", "status", Reason.NOT_ONE_OF, "must be one of: suspended, expired, expiring_soon, "),
        ("status=trial&status=Trial", "status", Reason.NOT_ONE_OF, "(HUB-32)"),
        ("type=both", "type", Reason.NOT_ONE_OF, "must be one of: subscription, trial (HUB-33)"),
        ("sort=size", "sort", Reason.NOT_ONE_OF, "must be one of: name, id, status, ends, sign_in, added"),
        ("sort=--name", "sort", Reason.NOT_ONE_OF, "must be one of: name"),
        ("size=51", "size", Reason.NOT_ONE_OF, "must be one of: 25, 50, 100, 200"),
        ("page=0", "page", Reason.NOT_ONE_OF, "must be a number from 1 to 1000000"),
        ("page=-1", "page", Reason.NOT_ONE_OF, "must be a number"),
        ("page=1000001", "page", Reason.NOT_ONE_OF, "must be a number"),
        ("page=" + "9" * 5000, "page", Reason.NOT_ONE_OF, "must be a number"),
        ("page=%EF%BC%91", "page", Reason.NOT_ONE_OF, "must be a number"),
        ("q=" + "a" * 201, "q", Reason.TOO_LONG, "at most 200 characters, not 201"),
        ("stauts=trial", "stauts", Reason.UNKNOWN_FIELD, "no such filter; there are: managed, product, status, type, "),
    ],
)
def test_what_is_not_known_is_refused_with_what_there_is(query: str, field: str, code: Reason, words: str) -> None:
    """Never a list of everybody instead."""
    with pytest.raises(Refused) as refused:
        asked(query)
    assert (refused.value.problem.field, refused.value.problem.code) == (field, code)
    assert words in refused.value.problem.message


def test_a_catalogue_brings_products_and_a_page_names_of_its_own() -> None:
    found = asked("product=dial_tone&as_of=2026-06-28", products=["dial_tone"], beside={"as_of"})
    assert found == Filter(product=("dial_tone",))


def test_a_change_begins_on_the_first_page() -> None:
    here = Filter(tag=("VIP",), page=7, size=25)
    assert here.query(page=8) == "tag=VIP&size=25&page=8"
    assert here.query(sort=Sort.ENDS, descending=True) == "tag=VIP&sort=-ends&size=25"
    assert here.query() == "tag=VIP&size=25&page=7"


def test_each_thing_said_can_be_taken_back() -> None:
    here = asked("status=trial&status=expired&q=sho&sort=id&page=2")
    assert here.said() == [("status", "expired"), ("status", "trial"), ("q", "sho")]
    assert here.without("status", "trial").query() == "status=expired&q=sho&sort=id"
    assert here.without("q", "sho").query() == "status=expired&status=trial&sort=id"


# What it leaves, of the twelve.


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("managed=own", "c07 c12"),
        ("managed=own&managed=external", "c01 c02 c03 c04 c05 c06 c07 c08 c09 c10 c11 c12"),
        ("product=calling", "c03 c08 c09 c10 c11"),  # c03's trial is in grace: it was ordered
        ("product=messaging", "c05 c06"),
        ("product=real_time_translation", ""),
        ("status=expiring_soon", "c04 c05 c06 c08"),
        ("status=expiring_soon&status=suspended", "c04 c05 c06 c08 c10"),  # or, within one
        ("status=expiring_soon&product=meetings", "c04 c05"),  # and, between
        ("type=trial", "c03 c04 c05 c10"),
        ("type=subscription", "c01 c02 c03 c05 c06 c07 c08 c09 c10 c11 c12"),
        ("type=trial&status=no_recent_activity", "c03"),
        ("q=tr", "c01"),
        ("q=BR", "c05"),
        ("q=c1", "c10 c11 c12"),  # the id
        ("q=lyon+c11", "c11"),  # every word, wherever
        ("q=lyon+c12", ""),
        ("managed=own&status=ready_for_setup&type=subscription&product=meetings&q=ginza", "c07"),
        ("managed=own&status=trial", ""),
    ],
)
def test_all_that_is_said_has_to_fit(query: str, expected: str) -> None:
    assert shown(query) == expected


def test_a_tag_is_found_on_the_customer_and_on_a_subscription_in_any_case_and_width() -> None:
    customers = (
        a_hub_customer("a", tags=("VIP", "東")),
        a_hub_customer("b", tags=(), subscription_tags=(("sub-1", "vip"),)),
        a_hub_customer("c", tags=("VIP2",)),
    )
    assert shown("tag=%EF%BC%B6ip", customers) == "a b"
    assert shown("tag=vip2&tag=%E6%9D%B1", customers) == "a c"
    assert shown("tag=nobody", customers) == ""


@pytest.mark.parametrize(
    ("name", "word", "found"),
    [
        ("株式会社赤坂", "赤坂", True),
        ("Hôtel Élysée", "hotel elysee", True),
        ("Hotel Elysee", "HÔTEL", True),
        ("ＡＣＭＥ", "acme", True),
        ("ｱｶｻｶ", "アカサカ", True),
        ("がんばる", "かんばる", False),  # another letter, not an accent
        ("ガンバル", "ｶﾞﾝ", True),
        ("Straße", "STRASSE", True),
        ("한국", "한국", True),
        ("İstanbul", "istanbul", True),
        ("akasaka", "akasaka-1", False),
    ],
)
def test_search_is_without_case_width_and_accents(name: str, word: str, found: bool) -> None:
    customer = a_hub_customer("x-1", name=name)
    assert fits(customer, Filter(search=word), AT, POLICY) is found


@given(st.text(max_size=30))
def test_folded_twice_is_folded_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_the_type_is_of_what_is_there() -> None:
    """Neither what is over, nor an order that is no subscription yet; suspended and in grace count."""
    order = a_life("SO-1", lifecycle=Lifecycle.ORDER, state=EntitlementState.PENDING_ACTIVE)
    over = a_life("sub-1", state=EntitlementState.OVER)
    assert not fits(a_hub_customer(entitlements=(order, over)), Filter(type=tuple(SubscriptionType)), AT, POLICY)
    suspended = a_hub_customer(entitlements=(a_life(state=EntitlementState.SUSPENDED),))
    assert fits(suspended, Filter(type=(SubscriptionType.SUBSCRIPTION,)), AT, POLICY)
    assert not fits(suspended, Filter(type=(SubscriptionType.TRIAL,)), AT, POLICY)


# In which order.

THREE = (
    a_hub_customer(
        "b",
        name="éclair",
        last_sign_in=date(2026, 6, 1),
        known_since=datetime(2026, 1, 2, tzinfo=UTC),
        entitlements=(
            a_life(ends_at=datetime(2026, 12, 1, tzinfo=UTC)),
            a_life("y", ends_at=datetime(2026, 9, 1, tzinfo=UTC)),
        ),
    ),
    a_hub_customer(
        "C",
        name="Eiffel",
        last_sign_in=None,
        known_since=datetime(2026, 6, 1, tzinfo=UTC),
        entitlements=(a_life(ends_at=None),),
    ),
    a_hub_customer(
        "a",
        name="Zola",
        last_sign_in=date(2026, 6, 29),
        known_since=datetime(2026, 3, 1, tzinfo=UTC),
        entitlements=(a_life(ends_at=datetime(2026, 7, 1, tzinfo=UTC)),),
    ),
)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", "b C a"),
        ("-name", "a C b"),
        ("id", "a b C"),
        ("-id", "C b a"),
        ("ends", "a b C"),  # C has no end: last
        ("-ends", "b a C"),  # and last again
        ("sign_in", "b a C"),  # C: never
        ("-sign_in", "a b C"),
        ("added", "b a C"),
        ("-added", "C a b"),
        ("status", "a b C"),  # a expires soon; of the others by name
        ("-status", "b C a"),
    ],
)
def test_the_list_is_sorted_and_what_is_unknown_stands_last(sort: str, expected: str) -> None:
    assert shown(f"sort={sort}", THREE) == expected


def test_the_end_of_what_is_over_sorts_nobody() -> None:
    over = a_hub_customer(
        "x", entitlements=(a_life(state=EntitlementState.OVER, ends_at=datetime(2026, 6, 1, tzinfo=UTC)),)
    )
    assert shown("sort=ends", (over, *THREE)).endswith(" x")


def test_who_has_no_status_stands_last() -> None:
    nobody = a_hub_customer("x", name="Aa", entitlements=(), last_sign_in=date(2026, 6, 29))
    assert shown("sort=status", (nobody, *THREE)).endswith(" x")
    assert shown("sort=-status", (nobody, *THREE)).endswith(" x")


# Page by page.


def many(count: int) -> tuple[HubCustomer, ...]:
    return tuple(a_hub_customer(f"c{number:03}", name=f"Customer {number:03}") for number in range(count))


@pytest.mark.parametrize(
    ("count", "page", "shown_page", "pages", "first", "number"),
    [
        (0, 1, 1, 1, None, 0),
        (25, 1, 1, 1, "c000", 25),
        (26, 2, 2, 2, "c025", 1),
        (50, 2, 2, 2, "c025", 25),
        (50, 3, 2, 2, "c025", 25),  # bookmarked when there were more
        (0, 9, 1, 1, None, 0),
    ],
)
def test_pages(count: int, page: int, shown_page: int, pages: int, first: str | None, number: int) -> None:
    found = listed(many(count), Filter(page=page, size=25), AT, POLICY)
    assert (found.asked.page, found.pages, found.total, len(found.customers)) == (shown_page, pages, count, number)
    assert next((one.customer_id for one, _ in found.customers), None) == first


def test_all_pages_together_are_the_list() -> None:
    """Nobody twice, nobody left out, whatever is equal."""
    equal = tuple(replace(one, name="Same") for one in many(60))
    pages = [listed(equal, Filter(page=page, size=25), AT, POLICY).customers for page in (1, 2, 3)]
    assert [one.customer_id for page in pages for one, _ in page] == [f"c{number:03}" for number in range(60)]


def test_each_customer_comes_with_its_statuses() -> None:
    found = listed(CUSTOMERS, asked("q=kobe"), AT, POLICY)
    ((_, has),) = found.customers
    assert [one.status for one in has] == [Status.SUSPENDED, Status.TRIAL]
