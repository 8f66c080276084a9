"""The world as an option request sees it."""

import asyncio
from functools import partial
from typing import Final

from pydantic import AwareDatetime
from temporalio import activity

from activities.context import activity_in_a_thread
from activities.errors import refusals_are_final
from activities.ids_taken import take_once
from activities.ports.options import OptionStore
from activities.ports.store import NotKnown
from activities.ports.world import Calendars, Lifecycles
from domain.lifecycle import Lifecycle, workflow_id
from domain.option.messages import ChangeContact, ContactOf, OptionKind, RequestOption
from domain.option.row import OptionRow
from domain.option.state import NAME, OptionState
from domain.option.subscribed import Subscribed
from domain.order.contacts import is_one_of
from domain.reasons import Reason
from domain.subscription.messages import OptionNews
from domain.subscription.row import SubscriptionRow
from domain.subscription.state import SubscriptionState
from domain.values import Identifier, Model, Refused

OPTION_COMPLETED: Final = "option_completed"
"""The signal by which a subscription hears of a completed request."""

OF_THE_PARTNER: Final = frozenset({ContactOf.PARTNER, ContactOf.RENEWAL_CONTACT})
"""Contacts that another partner has, too, once it faces the customer. AMB-59."""


class OpenOption(Model):
    """A new request, for the store."""

    placed: RequestOption
    state: OptionState
    run: str
    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class OpenedOption(Model):
    """What the store knows of its subscription."""

    subscribed: Subscribed


class OptionEffect(Model):
    """A request whose work is done."""

    request_id: Identifier
    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class OptionApplied(Model):
    """What came of it."""

    why_not: str | None = None
    """Why there is nothing to change any more."""


class SubscriptionNotRunning(Exception):
    """The store has it open and Temporal does not know it: told again, once `tenure audit` has started it again."""


class SubscriptionSilent(Exception):
    """It was told and the store does not know yet what it made of it: told again, and looked up again."""


LOOKS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
"""Seconds between two looks at what a subscription made of it: together less than an activity on the spot may take."""


class OptionActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(self, store: OptionStore, calendars: Calendars, lifecycles: Lifecycles) -> None:
        self._store = store
        self._calendars = calendars
        self._lifecycles = lifecycles

    @activity.defn
    async def open_option(self, request: OpenOption) -> OpenedOption:
        """Take the id, if the request fits its subscription. Repeated by the same run: the same answer. R9, OPT-01."""
        state = request.state
        with refusals_are_final():
            state.learn(await asyncio.to_thread(self._subscribed, request))
            take = partial(self._store.open_lifecycle, request.placed, state, request.run, request.at)
            await take_once(take, self._lifecycles, workflow_id(NAME, state.request_id))
        assert state.subscribed is not None  # noqa: S101 - it has just learnt it
        return OpenedOption(subscribed=state.subscribed)

    def _subscribed(self, request: OpenOption) -> Subscribed:
        """As it was recorded when the request was opened first; a new one is judged. ADR 5."""
        return request.state.subscribed or self._recorded(request.placed.request_id) or self._judged(request)

    def _recorded(self, request_id: str) -> Subscribed | None:
        try:
            known: OptionState = self._store.state(NAME, request_id)
        except NotKnown:
            return None
        return known.subscribed

    def _judged(self, request: OpenOption) -> Subscribed:
        asked, row = request.placed, self._subscription(request.placed.subscription_id)
        if request.state.requested_at > request.at:
            raise Refused("must not lie in the future", field="requested_at", code=Reason.WRONG_DATE)
        if asked.partner_id != row.state.partner_id:
            raise Refused(
                f"does not face the customer of subscription {asked.subscription_id} (OPT-01)",
                field="partner_id",
                code=Reason.NOT_ALLOWED,
            )
        self._refuse_misfit(asked, row)
        newest = row.newest
        return Subscribed(
            customer_id=row.state.customer_id,
            customer_company=newest.customer_company if newest else row.state.customer_id,
            facing_partner=newest.facing_partner if newest else row.state.partner_id,
            zone=row.state.zone,
            zone_rules=self._calendars.zone_rules(row.state.zone),
            renewal_date=row.state.renewal_date,
            csm=row.csm,
        )

    @activity_in_a_thread
    def check_effect(self, request: OptionEffect) -> None:
        """Does what was asked for still fit, now that the work is done? Only reads, so a repeat is harmless. One that
        took effect already, before a Reset, fits. OPT-02."""
        asked = self._row(request.request_id).placed
        with refusals_are_final():
            try:
                row = self._subscription(asked.subscription_id)
                if asked.request_id not in row.state.options:
                    _refuse_former_partner(asked, row.state)
                    self._refuse_misfit(asked, row)
            except Refused as misfit:
                raise Refused(
                    f"cannot complete the work: the request does not fit subscription {asked.subscription_id} any "
                    f"more; {misfit}",
                    code=misfit.problem.code,
                ) from None

    @activity.defn
    async def apply_option(self, request: OptionEffect) -> OptionApplied:
        """What the completed work changes elsewhere, keyed by the request's id: a repeat changes nothing. OPT-02.

        Raises SubscriptionNotRunning and SubscriptionSilent.
        """
        asked = (await asyncio.to_thread(self._row, request.request_id)).placed
        if asked.kind is OptionKind.CONTACT:
            await asyncio.to_thread(self._store.change_contact, request.request_id, request.at)
            return OptionApplied()
        news = OptionNews(request_id=asked.request_id)
        runs = await self._lifecycles.signal(Lifecycle.SUBSCRIPTION, asked.subscription_id, OPTION_COMPLETED, news)
        return await self._made_of_it(asked, runs=runs)

    async def _made_of_it(self, asked: RequestOption, *, runs: bool) -> OptionApplied:
        """By the subscription, which alone knows: of two requests that were completed at once only one may fit."""
        subject = asked.subscription_id
        for pause in LOOKS:
            if (applied := await asyncio.to_thread(self._outcome, asked)) is not None:
                return applied
            if not runs:
                raise SubscriptionNotRunning(f"subscription {subject} is open in the store and does not run")
            await asyncio.sleep(pause)
        raise SubscriptionSilent(f"subscription {subject} has not said yet what became of it")

    def _outcome(self, asked: RequestOption) -> OptionApplied | None:
        """None: nobody can tell yet."""
        request, subject = asked.request_id, asked.subscription_id
        try:
            subscription: SubscriptionState = self._store.state(Lifecycle.SUBSCRIPTION, subject)
        except NotKnown:
            return None
        if subscription.lacks(request):
            return OptionApplied(why_not=f"it did not fit subscription {subject} any more, whose record says why")
        if request in subscription.options:
            return OptionApplied()
        return OptionApplied(why_not=f"subscription {subject} is over") if subscription.closed else None

    def _row(self, request_id: str) -> OptionRow:
        row: OptionRow = self._store.row(NAME, request_id)
        return row

    def _subscription(self, subscription_id: str) -> SubscriptionRow:
        try:
            row: SubscriptionRow = self._store.row(Lifecycle.SUBSCRIPTION, subscription_id)
        except NotKnown:
            raise Refused(
                f"no subscription {subscription_id} is known here (OPT-01)",
                field="subscription_id",
                code=Reason.NOT_KNOWN,
            ) from None
        return row

    def _refuse_misfit(self, asked: RequestOption, row: SubscriptionRow) -> None:
        """Raises Refused on the field at fault. A suspended subscription is as good as an active one. OPT-02."""
        state = row.with_its_sites
        if state.closed:
            raise Refused(
                f"subscription {asked.subscription_id} is {state.stage} (OPT-01)",
                field="subscription_id",
                code=Reason.WRONG_STAGE,
            )
        if asked.contact is not None:
            self._refuse_contact(asked.contact, asked.subscription_id)
        else:
            _refuse_site(asked, state)

    def _refuse_contact(self, asked: ChangeContact, subscription_id: str) -> None:
        """A site administrator is at the customer. AMB-56."""
        if asked.contact_of is not ContactOf.SITE_ADMINISTRATOR:
            return
        if is_one_of(asked.person.email, self._store.partner_addresses_of(subscription_id)):
            raise Refused(
                "is the address of a partner's contact: a site administrator is at the customer (AMB-56)",
                field="contact.person.email",
                code=Reason.ADDRESS_OF_A_PARTNER,
            )


def _refuse_site(asked: RequestOption, state: SubscriptionState) -> None:
    if asked.language is not None:
        state.refuse_site(asked.language.site, "language.site")
        state.refuse_language(asked.language.site, asked.language.language, "language.language")
    if (new := asked.site_split) is not None:
        state.refuse_split(new.url, new.named_users, new.taken_from, "site_split")
    if asked.session_type is not None:
        state.refuse_site(asked.session_type.site, "session_type.site")
    if asked.logo is not None:
        state.refuse_site(asked.logo.site, "logo.site")


def _refuse_former_partner(asked: RequestOption, state: SubscriptionState) -> None:
    """A renewal by another partner: its contacts are its own. AMB-59."""
    if asked.contact and asked.contact.contact_of in OF_THE_PARTNER and asked.partner_id != state.partner_id:
        raise Refused(
            f"another partner, {state.partner_id}, faces the customer now (AMB-59)",
            field="partner_id",
            code=Reason.NOT_ALLOWED,
        )
