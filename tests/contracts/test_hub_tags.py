"""Tags on every database: a partner at a time, replaced as a whole, unused ones gone. HUB-20, HUB-21."""

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from adapters.sql.hub_people_schema import ActRecord, TagRecord
from adapters.sql.store import SqlStore
from domain.hub.tags import About, same
from domain.values import Refused
from tests.makers import MONDAY
from tests.postgres import at_once, everything

LATER = MONDAY + timedelta(hours=1)
CUSTOMER, SUBSCRIPTION = About


def put(store: SqlStore, subject: str, *tags: str, about: About = CUSTOMER, **changes: Any) -> tuple[str, ...]:
    """By Ken of Hikari, on Monday."""
    said: dict[str, Any] = {"partner": "hikari", "by": "ken", "now": MONDAY} | changes
    return store.replace_tags(said.pop("partner"), about, subject, tags, **said)


def acts(store: SqlStore) -> list[tuple[str, str, str, Any]]:
    wanted = select(ActRecord.by, ActRecord.act, ActRecord.subject, ActRecord.data).order_by(ActRecord.number)
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(wanted)]


def tags_of(store: SqlStore, partner: str) -> dict[tuple[About, str], tuple[str, ...]]:
    """Of everything that has some, sorted."""
    wanted = select(TagRecord.about, TagRecord.subject, TagRecord.tag).where(TagRecord.partner_id == partner)
    found: dict[tuple[About, str], tuple[str, ...]] = {}
    with store.engine.connect() as connection:
        for about, subject, tag in connection.execute(wanted):
            key = About(about), subject
            found[key] = tuple(sorted((*found.get(key, ()), tag), key=same))
    return found


def uses(store: SqlStore, partner: str) -> dict[str, int]:
    """How many customers and subscriptions have each tag: one that none has is not there."""
    return dict(Counter(tag for tags in tags_of(store, partner).values() for tag in tags))


def given_by(store: SqlStore) -> dict[str, tuple[str, Any]]:
    with store.engine.connect() as connection:
        rows = connection.execute(select(TagRecord.tag, TagRecord.tagged_by, TagRecord.tagged_at))
        return {tag: (by, at) for tag, by, at in rows}


def test_tags_are_replaced_as_a_whole(store: SqlStore) -> None:
    assert put(store, "akasaka", "VIP", "関東") == ("VIP", "関東")
    assert put(store, "akasaka", "pilot", "VIP") == ("pilot", "VIP")
    assert tags_of(store, "hikari") == {(CUSTOMER, "akasaka"): ("pilot", "VIP")}


def test_a_customer_and_a_subscription_have_tags_of_their_own(store: SqlStore) -> None:
    put(store, "akasaka", "1", "2", "3", "4", "5")
    put(store, "akasaka", "6", about=SUBSCRIPTION)
    assert tags_of(store, "hikari") == {
        (CUSTOMER, "akasaka"): ("1", "2", "3", "4", "5"),
        (SUBSCRIPTION, "akasaka"): ("6",),
    }


def test_one_that_nobody_has_is_gone(store: SqlStore) -> None:
    put(store, "akasaka", "VIP", "pilot")
    put(store, "bunkyo", "VIP")
    put(store, "sub-1", "VIP", about=SUBSCRIPTION)
    assert uses(store, "hikari") == {"pilot": 1, "VIP": 3}
    assert put(store, "akasaka") == ()
    assert uses(store, "hikari") == {"VIP": 2}
    assert (CUSTOMER, "akasaka") not in tags_of(store, "hikari")


def test_another_partner_never_sees_or_changes_them(store: SqlStore) -> None:
    """Of the very same customer. HUB-20."""
    put(store, "akasaka", "VIP")
    put(store, "akasaka", "VIP", "risk", partner="minato")
    assert put(store, "bunkyo", "Risk") == ("Risk",)
    put(store, "bunkyo")
    assert tags_of(store, "hikari") == {(CUSTOMER, "akasaka"): ("VIP",)}
    assert tags_of(store, "minato") == {(CUSTOMER, "akasaka"): ("risk", "VIP")}
    put(store, "akasaka", partner="minato")
    assert uses(store, "hikari") == {"VIP": 1}
    assert tags_of(store, "minato") == {}


def test_a_tag_has_one_spelling_with_a_partner(store: SqlStore) -> None:
    put(store, "akasaka", "VIP")
    assert put(store, "bunkyo", "vip") == ("VIP",)
    assert put(store, "sub-1", "ＶＩＰ", about=SUBSCRIPTION) == ("VIP",)
    assert uses(store, "hikari") == {"VIP": 3}


def test_the_only_one_who_has_a_tag_may_spell_it_anew(store: SqlStore) -> None:
    put(store, "akasaka", "VIP")
    assert put(store, "akasaka", "vip") == ("vip",)
    assert uses(store, "hikari") == {"vip": 1}


def test_what_was_refused_changed_nothing(store: SqlStore) -> None:
    put(store, "akasaka", "VIP")
    before = everything(store)
    for tags in (("a" * 26,), ("1", "2", "3", "4", "5", "6"), ("",)):
        with pytest.raises(Refused):
            put(store, "akasaka", *tags)
    assert everything(store) == before


def test_every_change_is_an_act_and_a_repeat_is_none(store: SqlStore) -> None:
    put(store, "akasaka", "VIP", "pilot")
    put(store, "akasaka", "VIP", "risk", by="rei", now=LATER)
    before = everything(store)
    put(store, "akasaka", "risk", " VIP", by="jun", now=LATER)
    put(store, "bunkyo", by="jun", now=LATER)
    assert everything(store) == before
    assert acts(store) == [
        ("ken", "tags.replaced", "akasaka", {"about": "customer", "added": ["VIP", "pilot"], "removed": []}),
        ("rei", "tags.replaced", "akasaka", {"about": "customer", "added": ["risk"], "removed": ["pilot"]}),
    ]


def test_who_gave_a_tag_stays_with_it(store: SqlStore) -> None:
    put(store, "akasaka", "VIP")
    put(store, "akasaka", "VIP", "risk", by="rei", now=LATER)
    assert given_by(store) == {"VIP": ("ken", MONDAY), "risk": ("rei", LATER)}


def test_of_two_who_edit_at_once_one_s_tags_stand_as_a_whole(store: SqlStore) -> None:
    """Never three of one and two of the other; and the acts tell the way from nothing to what stands."""
    one, other = ("a", "b", "c", "d", "e"), ("e", "f", "g", "h", "i")
    answers = at_once(lambda: put(store, "akasaka", *one), lambda: put(store, "akasaka", *other, by="rei", now=LATER))
    assert answers == [one, other]
    stands = tags_of(store, "hikari")[(CUSTOMER, "akasaka")]
    assert stands in (one, other)
    tags: set[str] = set()
    for _, _, _, data in acts(store):
        assert tags >= set(data["removed"])
        tags = tags - set(data["removed"]) | set(data["added"])
    assert tags == set(stands)


def test_many_who_edit_at_once_leave_one_spelling(store: SqlStore) -> None:
    spellings = ("vip", "VIP", "Vip", "ｖｉｐ", "ViP", "vIP")
    at_once(*[partial(put, store, f"c{number}", tag) for number, tag in enumerate(spellings)])
    ((tag, count),) = uses(store, "hikari").items()
    assert (count, tag.casefold() in {"vip", "ｖｉｐ"}) == (6, True)
