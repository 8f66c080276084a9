"""Where a subscription's sites come from, and what the store says of a completed option, on every database. OPT-02."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from activities.order import OrderActivities
from activities.sites import sites_of
from activities.subscription import CheckOption, CheckRenewal, SubscriptionActivities
from adapters.calendars import LibraryCalendars
from adapters.sql.store import SqlStore
from domain.events import Event
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.mails import Role
from domain.option.messages import OptionKind, RequestOption
from domain.option.state import NAME as OPTION
from domain.option.states import OptionStage
from domain.order.forms import SitePlan
from domain.order.messages import PlaceOrder
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.repair import News
from domain.subscription.messages import (
    AddedLanguage,
    CompletedOption,
    NewSite,
    OptionNews,
    RenewalStep,
)
from domain.subscription.sites import SubscriptionSite
from domain.subscription.state import SubscriptionState
from domain.values import Message, Model
from starter.audit.account import Account, write_again
from starter.audit.restart import news_of
from tests.contracts.test_take_id import SomeRuns
from tests.makers import MONDAY, a_form, a_renewal, a_subscription_start, an_order, days
from tests.options import SITE, SUBSCRIPTION_ID, a_request, opened
from tests.records import papers, recorded

LATER = MONDAY + days(1)
FORM = a_form(
    number_of_sites=2,
    sites=(SitePlan(url=SITE, named_users=20), SitePlan(url="ginza.webex.example", named_users=5)),
    primary_language="Japanese",
    additional_languages=("pt-br", "Klingon (formal)", "ja"),
)
LAID_OUT = (
    SubscriptionSite(url=SITE, named_users=20, languages=("ja", "pt-BR", "Klingon (formal)")),
    SubscriptionSite(url="ginza.webex.example", named_users=5, languages=("ja", "pt-BR", "Klingon (formal)")),
)


def subscribed(store: SqlStore, **changes: Any) -> SubscriptionState:
    state = SubscriptionState.started(a_subscription_start(**changes), MONDAY)
    recorded(store, state, state.journal.take(), "run-sub", MONDAY)
    return state


def ordered(store: SqlStore, placed: PlaceOrder, stage: Stage = Stage.COMPLETED, *, form: bool = True) -> None:
    state = OrderState.placed(placed, MONDAY)
    store.open_order(placed, state, "run-1", MONDAY)
    state.stage = stage
    filed = papers({}, provisioning_form=FORM) if form else None
    recorded(store, state, state.journal.take(), "run-1", MONDAY, filed)


def requested(store: SqlStore, request: RequestOption, stage: OptionStage = OptionStage.COMPLETED) -> None:
    state = opened(request)
    store.open_lifecycle(request, opened(request), "run-1", MONDAY)
    state.stage = stage
    recorded(store, state, state.journal.take(), "run-1", MONDAY)


def activities(store: SqlStore) -> SubscriptionActivities:
    return SubscriptionActivities(store, LibraryCalendars(), SomeRuns(True))


@dataclass
class Begun:
    """Takes what is started."""

    started: list[Any] = field(default_factory=list)

    async def start(self, kind: Kind[Any], request: Message) -> None:
        self.started.append((kind.name, request))

    async def signal(self, lifecycle: Lifecycle, subject: str, name: str, message: Model | None = None) -> bool:
        raise AssertionError((lifecycle, subject, name, message))

    async def any_exists(self, workflow_id: str, runs: frozenset[str]) -> bool:
        raise AssertionError((workflow_id, runs))


class TestTheSites:
    def test_of_a_form_have_its_languages_by_tag_where_one_can_be_told(self) -> None:
        assert sites_of(FORM) == LAID_OUT
        assert sites_of(None) == ()

    @pytest.mark.parametrize("known", [True, False])
    async def test_of_its_form_are_handed_over_by_the_order_that_starts_it(self, store: SqlStore, known: bool) -> None:
        """ORD-33. One whose order an older store lacks begins all the same."""
        if known:
            ordered(store, an_order())
        begun = Begun()
        await OrderActivities(store, LibraryCalendars(), ("csm-1",), begun).start_subscription(a_subscription_start())
        ((name, start),) = begun.started
        assert (name, start) == (Lifecycle.SUBSCRIPTION, a_subscription_start(sites=LAID_OUT if known else ()))

    @pytest.mark.parametrize(
        ("step", "stage"), [(RenewalStep.COMPLETED, Stage.COMPLETED), (RenewalStep.PLACED, "held")]
    )
    def test_of_a_renewal_s_form_are_told_once_it_is_completed(
        self, store: SqlStore, step: RenewalStep, stage: Stage
    ) -> None:
        subscribed(store)
        ordered(store, a_renewal(), Stage(stage))
        request = CheckRenewal(subscription_id=SUBSCRIPTION_ID, zone="Asia/Tokyo", order_number="SO-200001", step=step)
        facts = activities(store).check_renewal(request)
        assert (facts.untrue, facts.sites) == (None, LAID_OUT if step is RenewalStep.COMPLETED else ())

    def test_of_the_newest_order_stand_in_where_it_knows_none(self, store: SqlStore) -> None:
        subscribed(store)
        ordered(store, an_order())
        assert store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION_ID).sites == LAID_OUT

    def test_of_its_own_go_before(self, store: SqlStore) -> None:
        ordered(store, an_order())
        subscribed(store, sites=LAID_OUT[:1])
        assert store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION_ID).sites == LAID_OUT[:1]


class TestACompletedOption:
    def asked(self, store: SqlStore, request_id: str = "OR-1") -> CompletedOption:
        request = CheckOption(subscription_id=SUBSCRIPTION_ID, request_id=request_id)
        found: CompletedOption = activities(store).check_option(request)
        return found

    def test_says_what_it_adds_and_which_sites_there_are(self, store: SqlStore) -> None:
        ordered(store, an_order())
        subscribed(store)
        requested(store, a_request(OptionKind.LANGUAGE))
        requested(store, a_request(OptionKind.SITE_SPLIT, "OR-2"))
        added = AddedLanguage(site=SITE, language="pt-BR")
        assert self.asked(store) == CompletedOption(language=added, sites=LAID_OUT)
        new = NewSite(url="akasaka-lab.webex.example", named_users=10, taken_from=SITE)
        assert self.asked(store, "OR-2") == CompletedOption(site_split=new, sites=LAID_OUT)

    def test_is_true_though_an_older_store_lacks_the_subscription(self, store: SqlStore) -> None:
        requested(store, a_request())
        assert (self.asked(store).untrue, self.asked(store).sites) == (None, ())

    def test_is_not_true_if_nobody_asked(self, store: SqlStore) -> None:
        assert self.asked(store).untrue == "no such option request is known"

    def test_is_not_true_of_another_subscription(self, store: SqlStore) -> None:
        requested(store, a_request(subscription_id="sub-SO-100002"))
        assert self.asked(store).untrue == "the option request is about another subscription"

    @pytest.mark.parametrize("stage", OptionStage)
    def test_is_true_only_when_it_is_completed(self, store: SqlStore, stage: OptionStage) -> None:
        requested(store, a_request(), stage)
        expected = None if stage is OptionStage.COMPLETED else f"the option request is {stage}"
        assert self.asked(store).untrue == expected

    @pytest.mark.parametrize("kind", sorted(set(OptionKind) - {OptionKind.LANGUAGE, OptionKind.SITE_SPLIT}))
    def test_of_any_other_kind_changes_no_site(self, store: SqlStore, kind: OptionKind) -> None:
        requested(store, a_request(kind))
        assert self.asked(store).untrue == "the option request changes no site"


class TestAnAudit:
    def test_tells_a_subscription_of_an_older_backup_again_of_the_options_that_the_store_knows(
        self, store: SqlStore
    ) -> None:
        state = subscribed(store, sites=LAID_OUT)
        requested(store, a_request())
        added = CompletedOption(language=AddedLanguage(site=SITE, language="ko"))
        state.option_reported(OptionNews(request_id="OR-1"), added, LATER)
        heard_of = KINDS[Lifecycle.SUBSCRIPTION].repair.hears_of(state)
        assert heard_of == [(OPTION, "OR-1")]
        assert news_of(store, heard_of[0]) == (
            News(Lifecycle.SUBSCRIPTION, SUBSCRIPTION_ID, "option_completed", {"request_id": "OR-1"}),
        )

    @pytest.mark.parametrize("done", [True, False], ids=["that took effect", "that did not"])
    def test_changes_the_contact_again_that_an_older_store_has_not(self, store: SqlStore, done: bool) -> None:
        ordered(store, an_order())
        request = a_request(OptionKind.CONTACT)
        requested(store, request)
        state = opened(request)
        effect = [Event(sequence=3, type="option.took_effect", occurred_at=LATER, data={})] if done else []
        write_again(store, Account(state, tuple(effect), (), "run-1", (), "run-1"), LATER, "run-1")
        to = store.person(Lifecycle.ORDER, "SO-100001", Role.CUSTOMER).email
        assert to == ("taro.suzuki@akasaka.example.com" if done else "hanako.yamada@akasaka.example.com")
