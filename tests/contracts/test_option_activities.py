"""An option request is judged by what the store knows of its subscription, on every database. OPT-01, OPT-02, R9."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import option
from activities.option import (
    OpenOption,
    OptionActivities,
    OptionApplied,
    OptionEffect,
    SubscriptionNotRunning,
    SubscriptionSilent,
)
from adapters.calendars import LibraryCalendars
from adapters.sql.schema import LifecycleRecord
from adapters.sql.store import SqlStore
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.mails import Role
from domain.option.messages import ContactOf, OptionKind, RequestOption
from domain.option.state import NAME, OptionState
from domain.option.subscribed import Subscribed
from domain.subscription.messages import OptionNews
from domain.subscription.site_state import not_carried_out
from domain.subscription.sites import SubscriptionSite
from domain.values import Message, Model
from tests.makers import MONDAY, a_person
from tests.options import SITE, SUBSCRIPTION_ID, a_request, subscribed, subscription, terminated, told
from tests.postgres import emptied
from workflows.steps import ON_THE_SPOT

K = OptionKind
LATER = MONDAY + timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def store(one_store: SqlStore) -> SqlStore:
    """One subscription with one site of 25 named users, and the order that began it."""
    subscribed(emptied(one_store))
    return one_store


@dataclass
class SomeLifecycles:
    """What Temporal knows, and who was told what."""

    runs_exist: bool = True
    hears: bool = True
    makes_of_it: Callable[[str], None] = field(default=lambda _request: None)
    """What the subscription has recorded by then, of this request."""

    told: list[tuple[str, str, str, Model | None]] = field(default_factory=list)

    async def any_exists(self, _workflow_id: str, _runs: frozenset[str]) -> bool:
        return self.runs_exist

    async def start(self, _kind: Kind[Any], _request: Message) -> None:
        raise AssertionError("nothing is started here")

    async def signal(self, lifecycle: Lifecycle, subject: str, name: str, message: Model | None = None) -> bool:
        self.told.append((lifecycle, subject, name, message))
        if isinstance(message, OptionNews):
            self.makes_of_it(message.request_id)
        return self.hears


def activities(store: SqlStore, lifecycles: SomeLifecycles | None = None) -> OptionActivities:
    return OptionActivities(store, LibraryCalendars(), lifecycles or SomeLifecycles())


async def opened(
    store: SqlStore,
    request: RequestOption | None = None,
    run: str = "run-1",
    at: datetime = LATER,
    lifecycles: SomeLifecycles | None = None,
) -> Subscribed:
    """As its workflow asks for it."""
    placed = request or a_request()
    asked = OpenOption(placed=placed, state=OptionState.requested(placed, MONDAY), run=run, at=at)
    return (await activities(store, lifecycles).open_option(asked)).subscribed


async def refused(store: SqlStore, request: RequestOption, **asked: Any) -> tuple[str, str]:
    """By which field and code; nothing is kept."""
    with pytest.raises(ApplicationError) as failed:
        await opened(store, request, **asked)
    assert failed.value.non_retryable
    assert store.unknown(NAME, [request.request_id])
    (problem,) = failed.value.details
    return problem["field"], problem["code"]


async def checked(store: SqlStore, request_id: str = "OR-1") -> None:
    effect = OptionEffect(request_id=request_id, at=LATER)
    ActivityEnvironment().run(activities(store).check_effect, effect)


async def applied(store: SqlStore, lifecycles: SomeLifecycles, request_id: str = "OR-1") -> OptionApplied:
    return await activities(store, lifecycles).apply_option(OptionEffect(request_id=request_id, at=LATER))


# Opening.


async def test_it_learns_whose_subscription_it_is_about(store: SqlStore) -> None:
    known = await opened(store)
    assert (known.customer_id, known.customer_company, known.facing_partner) == (
        "akasaka",
        "赤坂商事",
        "ひかりシステムズ",
    )
    assert (known.zone, str(known.renewal_date), known.csm) == ("Asia/Tokyo", "2027-06-01", None)
    row = store.row(NAME, "OR-1")
    assert (row.state.subscribed, row.placed) == (known, a_request())
    assert store.columns(NAME, "OR-1").linked_to == SUBSCRIPTION_ID


async def test_ord_27_it_learns_who_the_csm_is(store: SqlStore) -> None:
    store.assign_csm(SUBSCRIPTION_ID, ("csm-1",))
    assert (await opened(store)).csm == "csm-1"


async def test_without_any_order_known_companies_are_called_by_their_ids(store: SqlStore) -> None:
    with store.engine.begin() as connection:
        connection.execute(delete(LifecycleRecord).where(LifecycleRecord.lifecycle == Lifecycle.ORDER))
    known = await opened(store)
    assert (known.customer_company, known.facing_partner) == ("akasaka", "hikari")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"subscription_id": "sub-SO-9"}, ("subscription_id", "not_known")),
        ({"partner_id": "namdaemun"}, ("partner_id", "not_allowed")),
        ({"requested_at": LATER + SECOND}, ("requested_at", "wrong_date")),
        ({"language": {"site": "other.webex.example", "language": "fr"}}, ("language.site", "unknown")),
        ({"language": {"site": SITE, "language": "JA"}}, ("language.language", "already_done")),
    ],
)
async def test_opt_01_what_speaks_against_it_is_said_by_field(
    store: SqlStore, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    placed = a_request(**changes)
    asked = OpenOption(placed=placed, state=OptionState.requested(placed, LATER), run="run-1", at=LATER)
    with pytest.raises(ApplicationError) as failed:
        await activities(store).open_option(asked)
    (problem,) = failed.value.details
    assert (problem["field"], problem["code"]) == expected
    assert store.unknown(NAME, ["OR-1"])


async def test_a_request_of_this_very_instant_is_not_in_the_future(store: SqlStore) -> None:
    await opened(store, a_request(requested_at=LATER))


async def test_opt_01_a_terminated_subscription_is_refused(store: SqlStore) -> None:
    terminated(store)
    assert await refused(store, a_request()) == ("subscription_id", "wrong_stage")
    assert await refused(store, a_request(K.CSM)) == ("subscription_id", "wrong_stage")


@pytest.mark.parametrize("whose", ContactOf)
async def test_amb_56_only_a_site_administrator_must_not_be_a_partner_s(store: SqlStore, whose: ContactOf) -> None:
    contact = {"contact_of": whose, "person": a_person("DESK@hikari.example.com")}
    request = a_request(K.CONTACT, contact=contact)
    if whose is ContactOf.SITE_ADMINISTRATOR:
        assert await refused(store, request) == ("contact.person.email", "address_of_a_partner")
    else:
        await opened(store, request)


async def test_r9_the_same_run_may_ask_again_and_gets_what_was_recorded(store: SqlStore) -> None:
    """A Reset a year later, too."""
    first = await opened(store, a_request(K.RENEWAL_DATE))
    state = subscription(store)
    state.months += 12
    told(store, state)
    terminated(store)
    assert await opened(store, a_request(K.RENEWAL_DATE)) == first


async def test_one_under_way_is_not_judged_again(store: SqlStore) -> None:
    """An older store was restored and lacks its row."""
    known = await opened(store)
    terminated(store)
    with store.engine.begin() as connection:
        connection.execute(delete(LifecycleRecord).where(LifecycleRecord.lifecycle == NAME))
    state = OptionState.requested(a_request(), MONDAY)
    state.learn(known)
    asked = OpenOption(placed=a_request(), state=state, run="run-1", at=LATER)
    assert (await activities(store).open_option(asked)).subscribed == known
    assert not store.unknown(NAME, ["OR-1"])


async def test_r9_one_that_temporal_lost_begins_anew_and_is_not_judged_again(store: SqlStore) -> None:
    known = await opened(store)
    terminated(store)
    assert await opened(store, run="run-2", lifecycles=SomeLifecycles(runs_exist=False)) == known
    assert "option.started_again" in [event.type for event in store.events(NAME, "OR-1")]
    assert store.columns(NAME, "OR-1").run == "run-2"


async def test_r9_an_id_that_another_run_has_is_taken(store: SqlStore) -> None:
    await opened(store)
    with pytest.raises(ApplicationError, match="request_id: OR-1 was already taken") as failed:
        await opened(store, run="run-2")
    assert failed.value.details[0]["code"] == "id_taken"
    other = a_request(K.LOGO)
    with pytest.raises(ApplicationError, match="with other content"):
        await opened(store, other, run="run-2", lifecycles=SomeLifecycles(runs_exist=False))


# Before it is completed.


async def test_what_fits_may_be_completed(store: SqlStore) -> None:
    await opened(store)
    await checked(store)


async def test_what_fits_no_more_is_refused_naming_both_sides(store: SqlStore) -> None:
    await opened(store)
    terminated(store)
    with pytest.raises(ApplicationError) as failed:
        await checked(store)
    assert failed.value.message == (
        "cannot complete the work: the request does not fit subscription sub-SO-100001 any more; subscription_id: "
        "subscription sub-SO-100001 is terminated (OPT-01)"
    )
    assert (failed.value.details[0]["code"], failed.value.details[0]["field"]) == ("wrong_stage", None)


async def test_what_took_effect_before_a_reset_fits_after_it(store: SqlStore) -> None:
    await opened(store)
    state = subscription(store)
    state.options.append("OR-1")
    state.sites = (SubscriptionSite(url=SITE, named_users=25, languages=("ja", "pt-BR")),)
    told(store, state)
    await checked(store)


@pytest.mark.parametrize("whose", ContactOf)
async def test_amb_59_a_former_partner_changes_no_contact_of_the_present_one(store: SqlStore, whose: ContactOf) -> None:
    await opened(store, a_request(K.CONTACT, contact={"contact_of": whose, "person": a_person()}))
    state = subscription(store)
    state.partner_id = "namdaemun"
    told(store, state)
    if whose in {ContactOf.PARTNER, ContactOf.RENEWAL_CONTACT}:
        with pytest.raises(ApplicationError, match="another partner, namdaemun, faces the customer now"):
            await checked(store)
    else:
        await checked(store)


# Its effect.


def carried_out(store: SqlStore, request: str, *, fitted: bool = True) -> None:
    """By the subscription, which says so in the store."""
    state = subscription(store)
    state.options.append(request)
    if not fitted:
        state.endanger(not_carried_out(request), LATER, LATER)
    told(store, state)


@pytest.mark.parametrize("kind", [K.LANGUAGE, K.SITE_SPLIT])
async def test_opt_02_the_subscription_hears_of_a_new_language_or_site(store: SqlStore, kind: OptionKind) -> None:
    await opened(store, a_request(kind))
    lifecycles = SomeLifecycles(makes_of_it=partial(carried_out, store))
    assert await applied(store, lifecycles) == OptionApplied()
    assert lifecycles.told == [
        ("subscription", SUBSCRIPTION_ID, "option_completed", OptionNews(request_id="OR-1")),
    ]


async def test_opt_02_a_contact_changes_in_the_store_and_nobody_is_notified(store: SqlStore) -> None:
    await opened(store, a_request(K.CONTACT))
    lifecycles = SomeLifecycles()
    for _ in range(2):
        assert await applied(store, lifecycles) == OptionApplied()
    assert store.person(Lifecycle.ORDER, "SO-100001", Role.CUSTOMER).email == "taro.suzuki@akasaka.example.com"
    assert lifecycles.told == []


async def test_a_subscription_that_ended_meanwhile_has_nothing_to_hear(store: SqlStore) -> None:
    await opened(store)
    terminated(store)
    done = await applied(store, SomeLifecycles(hears=False))
    assert done.why_not == "subscription sub-SO-100001 is over"


async def test_a_subscription_that_should_run_and_does_not_is_told_again_later(store: SqlStore) -> None:
    """No refusal: the activity fails and is tried again, until `tenure audit` has started it again."""
    await opened(store)
    with pytest.raises(SubscriptionNotRunning):
        await applied(store, SomeLifecycles(hears=False))


async def test_opt_02_what_fitted_no_more_when_the_subscription_took_it_has_no_effect(store: SqlStore) -> None:
    """Two were completed in one moment, and only one of them fits."""
    await opened(store, a_request(K.SITE_SPLIT))
    done = await applied(store, SomeLifecycles(makes_of_it=partial(carried_out, store, fitted=False)))
    assert done.why_not == "it did not fit subscription sub-SO-100001 any more, whose record says why"


async def test_a_subscription_that_ends_while_it_hears_of_it_takes_nothing(store: SqlStore) -> None:
    await opened(store)
    done = await applied(store, SomeLifecycles(makes_of_it=lambda _request: terminated(store)))
    assert done.why_not == "subscription sub-SO-100001 is over"


async def test_a_subscription_that_says_nothing_is_told_again_later(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No refusal, and no word to anybody that it is so: it may be waiting for the store."""
    monkeypatch.setattr(option, "LOOKS", (0, 0))
    await opened(store)
    with pytest.raises(SubscriptionSilent, match="has not said yet"):
        await applied(store, SomeLifecycles())


async def test_what_took_effect_before_is_known_though_the_subscription_was_lost_since(store: SqlStore) -> None:
    await opened(store)
    carried_out(store, "OR-1")
    assert await applied(store, SomeLifecycles(hears=False)) == OptionApplied()


def test_all_looks_together_fit_into_an_activity_on_the_spot() -> None:
    limit: timedelta = ON_THE_SPOT["schedule_to_close_timeout"]
    assert sum(option.LOOKS) < 0.6 * limit.total_seconds()
