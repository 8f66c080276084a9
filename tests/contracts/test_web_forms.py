"""Decisions behind links are claimed once, and drafts kept until then, on every database."""

from datetime import timedelta
from functools import partial
from typing import Any

from adapters.sql.store import SqlStore
from adapters.sql.web_forms import FormClaim
from domain.lifecycle import Lifecycle
from tests.makers import MONDAY
from tests.postgres import at_once, everything

LINK, OTHER = "a" * 64, "b" * 64
LIFE = (Lifecycle.ORDER, "SO-100001")
LATER = MONDAY + timedelta(minutes=5)
DRAFT: dict[str, Any] = {"form.city": ["港区"], "form.country": ["JP"], "form.sites[0].url": ["a.webex.example"]}


def claimed(store: SqlStore, update_id: str = "one", link: str = LINK, purpose: str = "provisioning") -> FormClaim:
    return store.claim_form(link, purpose, *LIFE, update_id, MONDAY)


def answered(store: SqlStore, update_id: str = "one", link: str = LINK, purpose: str = "provisioning") -> None:
    store.form_was_answered(link, purpose, *LIFE, update_id, LATER, draft=link)


def test_whoever_claims_first_says_under_which_id_it_is_sent(store: SqlStore) -> None:
    first = claimed(store)
    assert first == FormClaim(update_id="one", claimed_at=MONDAY, answered_at=None)
    assert claimed(store, "two") == first == store.form_claim(LINK)
    assert store.form_claim(OTHER) is None


def test_of_many_at_once_all_are_answered_with_one_claim(store: SqlStore) -> None:
    found = at_once(*(partial(claimed, store, id_) for id_ in "abcdefgh"))
    assert all(isinstance(claim, FormClaim) for claim in found), found
    assert len({claim.update_id for claim in found if isinstance(claim, FormClaim)}) == 1


def test_what_was_refused_is_decided_anew(store: SqlStore) -> None:
    claimed(store)
    store.release_form(LINK)
    assert claimed(store, "two").update_id == "two"


def test_an_answer_stays_whatever_comes_after_it(store: SqlStore) -> None:
    claimed(store)
    answered(store)
    before = everything(store)
    store.release_form(LINK)
    store.form_was_answered(LINK, "provisioning", *LIFE, "two", LATER + timedelta(days=1), draft=LINK)
    assert everything(store) == before
    assert claimed(store, "two") == FormClaim(update_id="one", claimed_at=MONDAY, answered_at=LATER)


def test_an_answer_is_kept_also_when_somebody_refused_at_the_same_time_released_the_claim(store: SqlStore) -> None:
    claimed(store)
    store.release_form(LINK)
    answered(store)
    assert store.form_claim(LINK) == FormClaim(update_id="one", claimed_at=LATER, answered_at=LATER)


def test_answers_of_a_life_are_found_by_their_purpose(store: SqlStore) -> None:
    claimed(store)
    answered(store, link=OTHER)
    answered(store, link="c" * 64, purpose="port-terms")
    assert [claim.answered_at for claim in store.forms_answered("provisioning", *LIFE)] == [LATER]
    assert store.forms_answered("provisioning", Lifecycle.ORDER, "SO-100002") == []


def test_a_draft_is_kept_as_it_was_typed_until_it_is_submitted(store: SqlStore) -> None:
    assert store.draft(LINK) is None
    store.keep_draft(LINK, {"form.city": ["x"]}, MONDAY)
    store.keep_draft(LINK, DRAFT, LATER)
    store.keep_draft(OTHER, DRAFT, MONDAY)
    assert store.draft(LINK) == (DRAFT, LATER)
    for _ in range(2):
        store.forget_draft(LINK)
    assert store.draft(LINK) is None
    assert store.draft(OTHER) == (DRAFT, MONDAY)


def test_a_draft_goes_with_the_answer(store: SqlStore) -> None:
    for link in (LINK, OTHER):
        store.keep_draft(link, DRAFT, MONDAY)
    answered(store)
    assert (store.draft(LINK), store.draft(OTHER)) == (None, (DRAFT, MONDAY))


def test_drafts_that_nobody_came_back_to_go(store: SqlStore) -> None:
    store.keep_draft(LINK, DRAFT, MONDAY)
    store.keep_draft(OTHER, DRAFT, LATER)
    assert store.forget_drafts(MONDAY) == 0
    assert store.forget_drafts(LATER) == 1
    assert (store.draft(LINK), store.draft(OTHER)) == (None, (DRAFT, LATER))
