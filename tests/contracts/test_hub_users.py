"""Users, assignments, sessions and attempts: the same on every database. HUB-01 to HUB-04, HUB-42, HUB-43."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from activities.ports.store import NotKnown, Taken
from adapters.sql.hub_people_schema import ActRecord
from adapters.sql.store import SqlStore
from domain.hub.policy import ATTEMPTS_WITHIN, SESSION_IDLES_FOR
from domain.hub.users import LastFullAdministrator, NewUser, NoOrderYet
from domain.permissions import PartnerRole
from tests.hub_lives import bought
from tests.makers import MONDAY, days
from tests.postgres import at_once, everything

NOW = MONDAY
FULL, SOME = PartnerRole.FULL_ADMINISTRATOR.value, PartnerRole.ADMINISTRATOR.value
MINUTE = timedelta(minutes=1)


def a_user(user_id: str = "ken", **changes: Any) -> NewUser:
    given = {"partner_id": "hikari", "roles": (FULL,), "name": "Ken Sato", "email": f"{user_id}@hikari.example.com"}
    return NewUser(user_id=user_id, **given | changes)


def added(store: SqlStore, *user_ids: str, **changes: Any) -> None:
    for user_id in user_ids:
        assert store.add_hub_user(a_user(user_id, **changes), "test", NOW)


def acts(store: SqlStore) -> list[str]:
    with store._reading() as session:
        return [
            f"{act.by} {act.act} {act.subject}" for act in session.scalars(select(ActRecord).order_by(ActRecord.number))
        ]


class TestUsers:
    def test_are_found_by_id_and_by_address_in_whichever_letters(self, store: SqlStore) -> None:
        added(store, "ken")
        user = store.hub_user("ken")
        assert user == a_user().user
        assert store.hub_user_by_email("KEN@hikari.example.com") == user
        assert store.hub_user_by_email("nobody@hikari.example.com") is None
        with pytest.raises(NotKnown):
            store.hub_user("nobody")

    def test_added_twice_are_one_and_another_with_the_id_or_address_is_refused(self, store: SqlStore) -> None:
        added(store, "ken")
        assert store.add_hub_user(a_user(), "test", NOW) is False
        for other in (a_user(name="Another"), a_user("ben", email="Ken@hikari.example.com")):
            with pytest.raises(Taken):
                store.add_hub_user(other, "test", NOW)
        added(store, "cho", "dai", email=None)
        assert acts(store) == [f"test user.added {user_id}" for user_id in ("ken", "cho", "dai")]

    def test_added_at_once_are_one(self, store: SqlStore) -> None:
        results = at_once(*[lambda: store.add_hub_user(a_user(), "test", NOW)] * 4)
        assert sorted(map(str, results)) == ["False", "False", "False", "True"]

    def test_are_listed_by_partner(self, store: SqlStore) -> None:
        added(store, "ken", "ben")
        added(store, "zoe", partner_id="umi")
        added(store, "op", partner_id=None, roles=("operator",))
        assert [user.user_id for user in store.hub_users("hikari")] == ["ben", "ken"]
        assert [user.user_id for user in store.hub_users(None)] == ["op"]
        assert [user.user_id for user in store.all_hub_users()] == ["op", "ben", "ken", "zoe"]

    def test_a_change_is_checked_like_a_new_one(self, store: SqlStore) -> None:
        added(store, "ken", "ben")
        assert store.change_hub_user("ken", "ben", NOW, roles=[SOME, FULL], zone="Asia/Tokyo") is True
        assert store.change_hub_user("ken", "ben", NOW, roles=[FULL, SOME]) is False
        for wrong in ({"roles": ["operator"]}, {"zone": "Moon/Base"}, {"name": ""}, {"email": "x"}):
            with pytest.raises(ValidationError):
                store.change_hub_user("ken", "ben", NOW, **wrong)
        with pytest.raises(Taken):
            store.change_hub_user("ken", "ben", NOW, email="BEN@hikari.example.com")
        assert store.hub_user("ken").roles == (SOME, FULL)
        assert acts(store)[-1] == "ben user.changed ken"

    def test_the_record_of_acts_names_nobody(self, store: SqlStore) -> None:
        added(store, "ken", "ben")
        store.change_hub_user("ken", "ben", NOW, name="Kenji Sato", email="kenji@hikari.example.com")
        store.remove_hub_user("ken", "ben", NOW)
        kept = str(everything(store))
        assert "Kenji" not in kept
        assert "kenji" not in kept
        assert acts(store)[-2:] == ["ben user.changed ken", "ben user.removed ken"]


class TestLastFullAdministrator:
    """HUB-43."""

    @pytest.mark.parametrize("change", [{"roles": [SOME]}, {"active": False}, None])
    def test_stays_unless_that_is_meant(self, store: SqlStore, change: dict[str, Any] | None) -> None:
        added(store, "ken")
        added(store, "ben", roles=(SOME,))
        added(store, "zoe", partner_id="umi")

        def changed(**how: Any) -> None:
            if change is None:
                store.remove_hub_user("ken", "test", NOW, **how)
            else:
                store.change_hub_user("ken", "test", NOW, **change, **how)

        with pytest.raises(LastFullAdministrator):
            changed()
        assert store.hub_user("ken").roles == (FULL,)
        changed(last=True)

    def test_two_who_leave_at_once_do_not_leave_nobody(self, store: SqlStore) -> None:
        added(store, "ken", "ben")
        results = at_once(
            lambda: store.change_hub_user("ken", "test", NOW, roles=[SOME]),
            lambda: store.change_hub_user("ben", "test", NOW, roles=[SOME]),
        )
        assert sorted(type(result).__name__ for result in results) == ["LastFullAdministrator", "bool"]

    def test_of_the_vendor_s_there_need_be_none(self, store: SqlStore) -> None:
        added(store, "op", partner_id=None, roles=("operator",))
        store.remove_hub_user("op", "test", NOW)
        assert store.all_hub_users() == []


class TestFirstRun:
    def test_ends_after_the_first_order_and_once(self, store: SqlStore) -> None:
        """HUB-01, HUB-02."""
        added(store, "ken")
        assert store.has_ordered("hikari") is False
        with pytest.raises(NoOrderYet):
            store.accept_hub_terms("ken", NOW)
        bought(store, at=NOW)
        assert store.has_ordered("hikari") is True
        assert store.accept_hub_terms("ken", NOW) is True
        assert store.accept_hub_terms("ken", NOW + MINUTE) is False
        assert store.hub_user("ken").accepted_terms_at == NOW


class TestAssignments:
    def test_are_given_and_taken_once(self, store: SqlStore) -> None:
        """HUB-42."""
        added(store, "ken", "ben")
        assert store.assign_hub_user("ken", "akasaka", "ben", NOW) is True
        assert store.assign_hub_user("ken", "akasaka", "ken", NOW) is False
        assert store.hub_user("ken").assigned == {"akasaka"}
        (given,) = store.customer_administrators("hikari", "akasaka")
        assert (given.user.user_id, given.assigned_by, given.assigned_at) == ("ken", "ben", NOW)
        assert store.customer_administrators("umi", "akasaka") == []
        assert store.unassign_hub_user("ken", "akasaka", "ben", NOW) is True
        assert store.unassign_hub_user("ken", "akasaka", "ben", NOW) is False
        assert acts(store)[-2:] == ["ben user.assigned ken", "ben user.unassigned ken"]
        with pytest.raises(NotKnown):
            store.assign_hub_user("nobody", "akasaka", "ben", NOW)

    def test_end_with_their_user(self, store: SqlStore) -> None:
        added(store, "ken", "ben")
        store.assign_hub_user("ken", "akasaka", "ben", NOW)
        store.remove_hub_user("ken", "ben", NOW)
        added(store, "ken")
        assert store.hub_user("ken").assigned == frozenset()


class TestSessions:
    def test_last_while_somebody_is_there_and_no_longer_than_said(self, store: SqlStore) -> None:
        added(store, "ken")
        ends_at = NOW + days(1)
        store.begin_session("digest", "ken", NOW, ends_at)
        at = NOW
        while at + SESSION_IDLES_FOR - MINUTE < ends_at:
            at += SESSION_IDLES_FOR - MINUTE
            user = store.session_user("digest", at)
            assert user is not None
        assert store.session_user("digest", ends_at) is None
        assert store.session_user("another", NOW) is None

    def test_end_when_nobody_is_there(self, store: SqlStore) -> None:
        added(store, "ken")
        store.begin_session("digest", "ken", NOW, NOW + days(1))
        assert store.session_user("digest", NOW + SESSION_IDLES_FOR - MINUTE)
        assert store.session_user("digest", NOW + 2 * SESSION_IDLES_FOR - MINUTE) is None

    def test_end_with_whoever_may_not_sign_in_any_more(self, store: SqlStore) -> None:
        added(store, "ken", "ben")
        store.begin_session("digest", "ken", NOW, NOW + days(1))
        store.change_hub_user("ken", "ben", NOW, active=False)
        assert store.session_user("digest", NOW) is None
        store.change_hub_user("ken", "ben", NOW, active=True)
        assert store.session_user("digest", NOW) is None

    def test_a_link_signs_in_one_of_several_who_press_at_once(self, store: SqlStore) -> None:
        added(store, "ken")
        store.add_sign_in_link("digest", "ken", NOW, NOW + MINUTE)
        found = at_once(*[lambda: store.use_sign_in_link("digest", NOW)] * 4)
        assert sorted(user is not None for user in found) == [False, False, False, True]
        assert store.use_sign_in_link("digest", NOW + MINUTE) is None


def test_attempts_are_counted_together_and_forgotten(store: SqlStore) -> None:
    numbers = at_once(*[lambda: store.attempts("who", NOW)] * 4)
    assert sorted(map(str, numbers)) == ["1", "2", "3", "4"]
    assert store.attempts("another", NOW) == 1
    assert store.attempts("who", NOW + ATTEMPTS_WITHIN) == 1
    assert len(everything(store)["web_attempts"]) == 1


def test_where_the_newest_event_is(store: SqlStore) -> None:
    assert store.newest_event_at() is None
    bought(store, at=NOW)
    assert store.newest_event_at() == NOW
