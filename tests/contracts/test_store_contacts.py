"""Whom a changed contact concerns, and whom not, on every database. OPT-02 (c), ORD-31, AMB-56, AMB-59."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from activities.ports import NotKnown, Taken
from adapters.calendars import LibraryCalendars
from adapters.sql.schema import PersonRecord
from adapters.sql.store import SqlStore
from domain.lifecycle import Lifecycle
from domain.mails import Role
from domain.option.messages import ChangeContact, ContactOf, OptionKind, RequestOption
from domain.option.state import NAME as OPTION
from domain.option.state import OptionState
from domain.option.subscribed import Subscribed
from domain.order.messages import PlaceOrder
from domain.order.people import graduation_people, provisioning_people
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.subscription.messages import StartSubscription
from domain.subscription.state import SubscriptionState
from domain.trial.messages import Service, StartTrial
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.values import ERASED, Language, Person
from starter.audit.named import differing_people
from starter.console.ids import Subject
from tests.makers import (
    MONDAY,
    a_consented_trial,
    a_customer,
    a_form,
    a_graduation,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_renewal,
    a_trial,
    an_administrator,
    an_order,
    days,
)
from tests.postgres import at_once, everything
from tests.records import papers, recorded

SUBSCRIPTION = "sub-SO-100001"
LATER = MONDAY + timedelta(hours=1)
NEW = a_person(
    "aoi.kato@akasaka.example.com", first_name="Aoi", last_name="Kato", language=Language.ENGLISH, zone="Europe/Paris"
)
NEWER = a_person("rin.abe@akasaka.example.com", first_name="Rin", last_name="Abe")
SOLD_ON: dict[str, Any] = {"ordering_partner": a_partner("asahi"), "reselling_partner": a_partner("hikari")}
"""Tier-1 Asahi orders, Tier-2 Hikari faces the customer."""


def ordered(store: SqlStore, placed: PlaceOrder, stage: Stage = Stage.COMPLETED, *, graduated: bool = False) -> None:
    """With its site administrator; with `graduated` also its renewal contact."""
    state = OrderState.placed(placed, placed.placed_at or MONDAY)
    store.open_order(placed, state, f"run-{placed.sales_order_number}", MONDAY)
    people = provisioning_people(a_form(), state)
    if graduated:
        people |= graduation_people(a_graduation(), state)
    state.stage = stage
    recorded(store, state, state.journal.take(), f"run-{state.number}", MONDAY, papers(people))


def subscribed(store: SqlStore, partner: str = "hikari", *, graduated: bool = True, **order: Any) -> None:
    """A subscription, and the order that began it."""
    ordered(store, an_order(**order), Stage.COMPLETED if graduated else Stage.SERVICE_READY, graduated=graduated)
    start = StartSubscription(
        by="tenure",
        subscription_id=SUBSCRIPTION,
        order_number="SO-100001",
        customer_id="akasaka",
        partner_id=partner,
        zone="Asia/Tokyo",
        service_start_at=MONDAY,
        term_months=12,
    )
    state = SubscriptionState.started(start, MONDAY)
    recorded(store, state, state.journal.take(), "run-sub", MONDAY)


def faced_by(store: SqlStore, partner: str) -> None:
    """As a completed renewal leaves it. AMB-59."""
    state: SubscriptionState = store.state(Lifecycle.SUBSCRIPTION, SUBSCRIPTION)
    state.partner_id = partner
    recorded(store, state, state.journal.take(), "run-sub", LATER)


def tried(store: SqlStore, placed: StartTrial, stage: TrialStage = TrialStage.TRIALING) -> None:
    state = TrialState.placed(placed, MONDAY)
    state.stage = stage
    store.open_lifecycle(placed, TrialState.placed(placed, MONDAY), f"run-{placed.trial_id}", MONDAY)
    recorded(store, state, state.journal.take(), f"run-{placed.trial_id}", MONDAY)


def asked(
    store: SqlStore, whose: ContactOf, person: Person = NEW, request_id: str = "OR-1", partner: str = "hikari"
) -> RequestOption:
    """A request to change a contact, not yet carried out."""
    placed = RequestOption(
        by="portal",
        request_id=request_id,
        subscription_id=SUBSCRIPTION,
        partner_id=partner,
        requester=a_person("desk@hikari.example.com"),
        kind=OptionKind.CONTACT,
        contact=ChangeContact(contact_of=whose, person=person),
    )
    opened(store, placed)
    return placed


def opened(store: SqlStore, placed: RequestOption) -> None:
    state = OptionState.requested(placed, MONDAY)
    known = Subscribed(
        customer_id="akasaka",
        customer_company="赤坂商事",
        facing_partner="ひかりシステムズ",
        zone="Asia/Tokyo",
        zone_rules=LibraryCalendars().zone_rules("Asia/Tokyo"),
        renewal_date=(MONDAY + days(365)).date(),
    )
    state.learn(known)
    store.open_lifecycle(placed, state, f"run-{placed.request_id}", MONDAY)


def changed(
    store: SqlStore, whose: ContactOf, person: Person = NEW, request_id: str = "OR-1", partner: str = "hikari"
) -> None:
    asked(store, whose, person, request_id, partner)
    store.change_contact(request_id, LATER)


def of_order(store: SqlStore, role: str, number: str = "SO-100001") -> str:
    return store.person(Lifecycle.ORDER, number, role).email


def of_trial(store: SqlStore, role: str, trial: str = "T-1001") -> str:
    return store.person(Lifecycle.TRIAL, trial, role).email


def renewal_contact(store: SqlStore) -> str:
    """Who gets the renewal notices."""
    return store.person(Lifecycle.SUBSCRIPTION, SUBSCRIPTION, Role.RENEWAL_CONTACT).email


def before(store: SqlStore, lifecycle: Lifecycle, subject: str, role: str, request_id: str = "OR-1") -> Person:
    return store.person(OPTION, request_id, f"before/{lifecycle}/{subject}/{role}")


CUSTOMER = a_person().email
DESK = "desk@hikari.example.com"


class TestAChangedContactOf:
    def test_the_customer_is_that_of_every_order_of_the_subscription_and_of_trials_with_the_partner(
        self, store: SqlStore
    ) -> None:
        subscribed(store)
        ordered(store, a_renewal(), Stage.HELD)
        tried(store, a_paid_customer_s_trial())
        changed(store, ContactOf.CUSTOMER)
        assert of_order(store, Role.CUSTOMER) == of_order(store, Role.CUSTOMER, "SO-200001") == NEW.email
        assert of_trial(store, "customer_administrator/0") == NEW.email
        assert store.person(Lifecycle.ORDER, "SO-100001", Role.CUSTOMER) == NEW, "language and zone, too"
        untouched = {of_order(store, role) for role in (Role.FACING_PARTNER, Role.ORDERING_PARTNER)}
        assert untouched == {of_trial(store, "partner_administrator/0")} == {DESK}
        assert of_order(store, Role.SITE_ADMINISTRATOR) == a_form().admin_email

    def test_the_partner_is_that_of_both_roles_of_one_partner_and_of_its_trials(self, store: SqlStore) -> None:
        subscribed(store)
        tried(store, a_paid_customer_s_trial())
        changed(store, ContactOf.PARTNER)
        assert of_order(store, Role.FACING_PARTNER) == of_order(store, Role.ORDERING_PARTNER) == NEW.email
        assert of_trial(store, "partner_administrator/0") == NEW.email
        assert of_order(store, Role.CUSTOMER) == of_trial(store, "customer_administrator/0") == CUSTOMER

    def test_a_tier_2_leaves_the_tier_1_who_ordered(self, store: SqlStore) -> None:
        subscribed(store, **SOLD_ON)
        changed(store, ContactOf.PARTNER)
        assert of_order(store, Role.FACING_PARTNER) == NEW.email
        assert of_order(store, Role.ORDERING_PARTNER) == "desk@asahi.example.com"

    def test_a_partner_leaves_orders_of_another_one(self, store: SqlStore) -> None:
        """AMB-59."""
        subscribed(store, partner="asahi")
        ordered(store, a_renewal(ordering_partner=a_partner("asahi")))
        changed(store, ContactOf.PARTNER, partner="asahi")
        assert of_order(store, Role.FACING_PARTNER, "SO-200001") == NEW.email
        assert of_order(store, Role.FACING_PARTNER) == DESK

    def test_the_site_administrator_is_that_of_the_orders_alone(self, store: SqlStore) -> None:
        subscribed(store)
        tried(store, a_paid_customer_s_trial())
        changed(store, ContactOf.SITE_ADMINISTRATOR)
        assert of_order(store, Role.SITE_ADMINISTRATOR) == NEW.email
        assert of_order(store, Role.CUSTOMER) == of_trial(store, "customer_administrator/0") == CUSTOMER

    def test_a_site_administrator_whom_no_form_named_yet_is_named_by_the_form(self, store: SqlStore) -> None:
        placed = an_order()
        store.open_order(placed, OrderState.placed(placed, MONDAY), "run-1", MONDAY)
        changed(store, ContactOf.SITE_ADMINISTRATOR)
        with pytest.raises(NotKnown):
            of_order(store, Role.SITE_ADMINISTRATOR)

    def test_renewal_is_whom_the_notices_go_to(self, store: SqlStore) -> None:
        subscribed(store)
        changed(store, ContactOf.RENEWAL_CONTACT)
        assert renewal_contact(store) == NEW.email
        assert of_order(store, Role.FACING_PARTNER) == DESK


class TestARenewalContactNobodyNamedYet:
    def test_is_found_instead_of_the_partner_who_stood_in(self, store: SqlStore) -> None:
        """ORD-31."""
        subscribed(store, graduated=False)
        assert renewal_contact(store) == DESK
        changed(store, ContactOf.RENEWAL_CONTACT)
        assert renewal_contact(store) == NEW.email
        with pytest.raises(NotKnown):
            before(store, Lifecycle.ORDER, "SO-100001", Role.RENEWAL_CONTACT)

    def test_is_still_found_when_a_later_renewal_of_the_partner_names_its_contact(self, store: SqlStore) -> None:
        subscribed(store, graduated=False)
        changed(store, ContactOf.RENEWAL_CONTACT)
        ordered(store, a_renewal(placed_at=MONDAY + days(300)))
        assert renewal_contact(store) == NEW.email

    def test_gives_way_to_the_one_whom_the_graduation_names_later(self, store: SqlStore) -> None:
        subscribed(store, graduated=False)
        changed(store, ContactOf.RENEWAL_CONTACT)
        state: OrderState = store.state(Lifecycle.ORDER, "SO-100001")
        people = graduation_people(a_graduation(renewal_contact=NEWER), state)
        recorded(store, state, state.journal.take(), "run-SO-100001", LATER + days(1), papers(people))
        assert renewal_contact(store) == NEWER.email

    def test_outlives_a_renewal_under_way_that_comes_to_nothing(self, store: SqlStore) -> None:
        subscribed(store, graduated=False)
        ordered(store, a_renewal(placed_at=MONDAY + days(300)), Stage.HELD)
        changed(store, ContactOf.RENEWAL_CONTACT)
        state: OrderState = store.state(Lifecycle.ORDER, "SO-200001")
        state.stage = Stage.CANCELLED
        recorded(store, state, state.journal.take(), "run-SO-200001", LATER)
        assert renewal_contact(store) == NEW.email

    def test_is_asked_no_more_once_another_partner_faces_the_customer(self, store: SqlStore) -> None:
        """AMB-59."""
        subscribed(store, graduated=False)
        changed(store, ContactOf.RENEWAL_CONTACT)
        ordered(store, a_renewal(ordering_partner=a_partner("asahi"), placed_at=MONDAY + days(300)))
        faced_by(store, "asahi")
        assert renewal_contact(store) == "desk@asahi.example.com"

    def test_is_that_of_the_subscription_where_no_order_is_known(self, store: SqlStore) -> None:
        subscribed(store, partner="asahi", graduated=False)
        changed(store, ContactOf.RENEWAL_CONTACT, partner="asahi")
        assert renewal_contact(store) == NEW.email


class TestARenewalContactOfAnotherPartner:
    def test_keeps_its_place_and_the_present_partner_gets_one_of_its_own(self, store: SqlStore) -> None:
        """AMB-59."""
        subscribed(store)
        ordered(store, a_renewal(ordering_partner=a_partner("asahi"), placed_at=MONDAY + days(300)))
        faced_by(store, "asahi")
        changed(store, ContactOf.RENEWAL_CONTACT, partner="asahi")
        assert renewal_contact(store) == of_order(store, Role.RENEWAL_CONTACT, "SO-200001") == NEW.email
        assert of_order(store, Role.RENEWAL_CONTACT) == a_graduation().renewal_contact.email


class TestAPartnersContactChangedEarlier:
    def test_gives_way_to_that_of_a_later_order(self, store: SqlStore) -> None:
        subscribed(store, graduated=False)
        changed(store, ContactOf.PARTNER)
        later = a_partner(contact=NEWER)
        ordered(store, a_renewal(ordering_partner=later, placed_at=MONDAY + days(300)))
        assert store.person(Lifecycle.SUBSCRIPTION, SUBSCRIPTION, Role.FACING_PARTNER) == NEWER
        assert renewal_contact(store) == NEWER.email


class TestTrials:
    def test_with_another_partner_or_of_another_customer_keep_theirs(self, store: SqlStore) -> None:
        subscribed(store)
        tried(store, a_consented_trial("T-1", Service.CALLING, partner=a_partner("asahi")))
        tried(
            store, a_trial("T-2", customer=a_customer(id="ginza", company="銀座", contact=a_person("x@ginza.example")))
        )
        changed(store, ContactOf.CUSTOMER)
        assert of_trial(store, "customer_administrator/0", "T-1") == CUSTOMER
        assert of_trial(store, "customer_administrator/0", "T-2") == "x@ginza.example"

    def test_that_are_over_keep_theirs(self, store: SqlStore) -> None:
        subscribed(store)
        tried(store, a_paid_customer_s_trial(), TrialStage.CONVERTED)
        changed(store, ContactOf.CUSTOMER)
        assert of_trial(store, "customer_administrator/0") == CUSTOMER

    def test_keep_their_further_administrators(self, store: SqlStore) -> None:
        subscribed(store)
        tried(store, a_paid_customer_s_trial(administrators=(an_administrator("second@akasaka.example.com"),)))
        changed(store, ContactOf.CUSTOMER)
        assert of_trial(store, "customer_administrator/1") == "second@akasaka.example.com"


def test_an_order_of_another_subscription_keeps_its_people(store: SqlStore) -> None:
    subscribed(store)
    ordered(store, an_order("SO-100009"), graduated=True)
    changed(store, ContactOf.CUSTOMER)
    assert of_order(store, Role.CUSTOMER, "SO-100009") == CUSTOMER


class TestWhoStoodThereBefore:
    def test_is_kept_beside_the_request_for_every_place(self, store: SqlStore) -> None:
        subscribed(store)
        tried(store, a_paid_customer_s_trial())
        changed(store, ContactOf.CUSTOMER)
        assert before(store, Lifecycle.ORDER, "SO-100001", Role.CUSTOMER) == a_person()
        assert before(store, Lifecycle.TRIAL, "T-1001", "customer_administrator/0") == a_person()
        with pytest.raises(NotKnown):
            before(store, Lifecycle.ORDER, "SO-100001", Role.FACING_PARTNER)

    def test_leaves_the_store_with_the_rows_of_people(self, store: SqlStore) -> None:
        subscribed(store)
        changed(store, ContactOf.CUSTOMER)
        with store.engine.begin() as connection:
            connection.execute(delete(PersonRecord))
        assert "hanako.yamada@" not in str(everything(store))
        assert "aoi.kato" not in str(everything(store))


class TestARepeat:
    def test_changes_nothing(self, store: SqlStore) -> None:
        subscribed(store)
        changed(store, ContactOf.CUSTOMER)
        known = everything(store)
        store.change_contact("OR-1", LATER + days(1))
        assert everything(store) == known

    def test_changes_nothing_of_what_a_later_request_changed(self, store: SqlStore) -> None:
        subscribed(store)
        changed(store, ContactOf.CUSTOMER)
        changed(store, ContactOf.CUSTOMER, NEWER, "OR-2")
        store.change_contact("OR-1", LATER)
        assert of_order(store, Role.CUSTOMER) == NEWER.email
        assert before(store, Lifecycle.ORDER, "SO-100001", Role.CUSTOMER, "OR-2") == NEW

    def test_at_the_same_time_changes_it_once(self, store: SqlStore) -> None:
        subscribed(store)
        asked(store, ContactOf.CUSTOMER)
        at_once(*[lambda: store.change_contact("OR-1", LATER)] * 4)
        assert of_order(store, Role.CUSTOMER) == NEW.email
        assert before(store, Lifecycle.ORDER, "SO-100001", Role.CUSTOMER) == a_person()

    def test_after_a_restore_leaves_alone_what_was_changed_after_it(self, store: SqlStore) -> None:
        """An older store lacks both changes, and the later one is written again first."""
        subscribed(store)
        asked(store, ContactOf.CUSTOMER)
        asked(store, ContactOf.CUSTOMER, NEWER, "OR-2")
        store.change_contact("OR-2", LATER + days(1))
        store.change_contact("OR-1", LATER)
        assert of_order(store, Role.CUSTOMER) == NEWER.email


class TestIsNotChanged:
    def test_by_a_request_that_nobody_made(self, store: SqlStore) -> None:
        with pytest.raises(NotKnown):
            store.change_contact("OR-1", LATER)

    def test_by_a_request_for_something_else(self, store: SqlStore) -> None:
        subscribed(store)
        placed = RequestOption(
            by="portal",
            request_id="OR-1",
            subscription_id=SUBSCRIPTION,
            partner_id="hikari",
            requester=a_person(DESK),
            kind=OptionKind.OTHER,
            text="a second line",
        )
        opened(store, placed)
        with pytest.raises(NotKnown, match="changes no contact"):
            store.change_contact("OR-1", LATER)

    def test_to_somebody_who_was_erased_meanwhile(self, store: SqlStore) -> None:
        subscribed(store)
        asked(store, ContactOf.CUSTOMER)
        with store.engine.begin() as connection:
            connection.execute(delete(PersonRecord).where(PersonRecord.role == "new_contact"))
        with pytest.raises(NotKnown, match="nobody is known as new contact"):
            store.change_contact("OR-1", LATER)
        assert of_order(store, Role.CUSTOMER) == CUSTOMER


class TestWhoIsToldOnceMore:
    """A Reset, a start after a restore and an audit name whom a lifecycle named before."""

    def told_again(self, store: SqlStore) -> None:
        state: OrderState = store.state(Lifecycle.ORDER, "SO-100001")
        recorded(store, state, state.journal.take(), "run-2", LATER, papers(provisioning_people(a_form(), state)))

    def test_does_not_come_back(self, store: SqlStore) -> None:
        subscribed(store)
        changed(store, ContactOf.SITE_ADMINISTRATOR)
        self.told_again(store)
        assert of_order(store, Role.SITE_ADMINISTRATOR) == NEW.email
        assert of_order(store, Role.FORM_PARTNER) == a_form().partner_email

    def test_does_not_come_back_once_erased(self, store: SqlStore) -> None:
        subscribed(store)
        changed(store, ContactOf.SITE_ADMINISTRATOR)
        with store.engine.begin() as connection:
            connection.execute(delete(PersonRecord).where(PersonRecord.role.startswith("before/")))
        self.told_again(store)
        assert of_order(store, Role.SITE_ADMINISTRATOR) == NEW.email

    def test_does_not_come_back_with_a_start_after_a_restore(self, store: SqlStore) -> None:
        """R9: the same start is taken to be the same one."""
        placed = an_order()
        store.open_order(placed, OrderState.placed(placed, MONDAY), "run-1", MONDAY)
        changed(store, ContactOf.CUSTOMER)
        store.open_order(placed, OrderState.placed(placed, LATER), "run-2", LATER, frozenset({"run-1"}))
        assert store.columns(Lifecycle.ORDER, "SO-100001").run == "run-2"
        assert of_order(store, Role.CUSTOMER) == NEW.email
        assert store.row(Lifecycle.ORDER, "SO-100001").placed.customer.contact == NEW

    def test_is_another_one_if_the_start_names_somebody_else(self, store: SqlStore) -> None:
        placed = an_order()
        store.open_order(placed, OrderState.placed(placed, MONDAY), "run-1", MONDAY)
        changed(store, ContactOf.CUSTOMER)
        other = an_order(customer=a_customer(contact=NEWER))
        with pytest.raises(Taken, match="other content"):
            store.open_order(other, OrderState.placed(other, LATER), "run-2", LATER, frozenset({"run-1"}))

    def test_is_whom_a_start_that_is_handed_in_again_is_compared_with(self, store: SqlStore) -> None:
        """R9: else an import that is run once more found other content."""
        placed = an_order()
        subscribed(store)
        changed(store, ContactOf.CUSTOMER)
        changed(store, ContactOf.CUSTOMER, NEWER, "OR-2")
        changed(store, ContactOf.PARTNER, NEWER, "OR-3")
        assert store.start_as_given(Lifecycle.ORDER, "SO-100001") == placed
        assert store.row(Lifecycle.ORDER, "SO-100001").placed != placed
        assert store.start_as_given(Lifecycle.SUBSCRIPTION, SUBSCRIPTION) is None

    def test_is_nobody_for_that_once_erased(self, store: SqlStore) -> None:
        subscribed(store)
        changed(store, ContactOf.CUSTOMER)
        with store.engine.begin() as connection:
            connection.execute(delete(PersonRecord).where(PersonRecord.role.startswith("before/")))
        assert store.start_as_given(Lifecycle.ORDER, "SO-100001").customer.contact == ERASED

    def test_is_no_difference_for_an_audit(self, store: SqlStore) -> None:
        subscribed(store)
        changed(store, ContactOf.CUSTOMER)
        named: dict[str, Person] = {Role.CUSTOMER: a_person(), Role.FACING_PARTNER: NEWER}
        found = differing_people(store, Subject(Lifecycle.ORDER, "SO-100001"), named)
        assert found == {Role.FACING_PARTNER: NEWER}, "nobody changed that one"


class TestAddressesOfPartners:
    def test_are_all_that_the_orders_of_the_subscription_name(self, store: SqlStore) -> None:
        """AMB-56."""
        subscribed(store, **SOLD_ON)
        ordered(store, a_renewal(ordering_partner=a_partner("minato")))
        assert store.partner_addresses_of(SUBSCRIPTION) >= {
            DESK,
            "desk@asahi.example.com",
            "desk@minato.example.com",
            a_form().partner_email,
            a_graduation().renewal_contact.email,
        }

    def test_are_no_customers_and_no_other_subscription_s(self, store: SqlStore) -> None:
        subscribed(store)
        ordered(store, an_order("SO-100009", ordering_partner=a_partner("asahi")))
        found = store.partner_addresses_of(SUBSCRIPTION)
        assert not found & {CUSTOMER, a_form().admin_email, "desk@asahi.example.com"}

    def test_are_in_one_spelling_and_those_of_today(self, store: SqlStore) -> None:
        subscribed(store)
        changed(store, ContactOf.PARTNER, a_person("Aoi.Kato@hikari.example.com"))
        found = store.partner_addresses_of(SUBSCRIPTION)
        assert "aoi.kato@hikari.example.com" in found
        assert DESK not in found

    def test_of_a_subscription_that_nobody_knows_are_none(self, store: SqlStore) -> None:
        assert store.partner_addresses_of("sub-0") == frozenset()
