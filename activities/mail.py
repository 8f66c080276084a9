"""One mail, sent once unless nobody can know. The world as the post sees it. Decision 8, R1."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.letters import (
    device_facts,
    order_facts,
    reader_of,
    still_wanted_by_device,
    still_wanted_by_order,
    still_wanted_by_subscription,
    still_wanted_by_trial,
    subscription_facts,
    trial_facts,
    trials_team,
)
from activities.now import now
from activities.ports import (
    Answer,
    Archive,
    Attachment,
    Claim,
    Composer,
    Delivery,
    DeviceStore,
    Documents,
    MailLedger,
    OrderStore,
    SubscriptionStore,
    Transport,
    TrialStore,
    UnsafeMail,
)
from domain.life import PostedMail
from domain.mails import Letter, Lifecycle, MailKind, MailState, Role
from domain.values import Email, Identifier, Model, Person

_STATE_OF = {Answer.ACCEPTED: MailState.SENT, Answer.REFUSED: MailState.REFUSED, Answer.UNKNOWN: MailState.UNKNOWN}


class SendMail(Model):
    """A mail of a lifecycle, by ids only."""

    lifecycle: Lifecycle
    subject: Identifier
    mail: PostedMail


class MailReport(Model):
    """What became of a mail."""

    state: MailState
    sent_at: AwareDatetime | None = None
    """When the mail server took it, on the workflow's clock."""


class SettledMail(Model):
    """An operator's decision about a mail in doubt."""

    key: str
    resend: bool


class RetriedMail(Model):
    """An operator's order to try a refused mail again, to a corrected address if there is one."""

    lifecycle: Lifecycle
    subject: Identifier
    mail: PostedMail
    email: Email | None = None


class MailRecords(OrderStore, SubscriptionStore, TrialStore, DeviceStore, Archive, MailLedger, Protocol):
    """The parts of the store that the post touches."""


class MailActivities:
    """Runs on a task queue and executor of its own, so that a hung mail server holds nothing else up."""

    def __init__(
        self,
        store: MailRecords,
        composer: Composer,
        transport: Transport,
        documents: Documents,
        failpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._store = store
        self._composer = composer
        self._transport = transport
        self._documents = documents
        self._failpoint = failpoint

    @activity.defn
    def send_mail(self, request: SendMail) -> MailReport:
        """Send one mail, keyed by the mail's key: what was sent, refused or is in doubt is never sent again."""
        letter, wanted = self._letter(request, now())
        claim = self._claim(request)
        if claim.state is not MailState.PENDING:
            return MailReport(state=claim.state, sent_at=claim.sent_at)
        if not wanted:
            self._store.settle(request.mail.key, MailState.MOOT, "no longer called for", now())
            return MailReport(state=MailState.MOOT)
        return self._deliver(request.mail.key, letter, claim)

    @activity.defn
    def settle_mail(self, decision: SettledMail) -> None:
        """Write an operator's decision into the ledger; a repeat changes nothing. R2."""
        settle = self._store.reopen if decision.resend else self._store.mark_arrived
        settle(decision.key, now())

    @activity.defn
    def retry_mail(self, retried: RetriedMail) -> None:
        """Correct the reader's address, then open the ledger's row again; a repeat changes nothing."""
        if retried.email is not None:
            self._store.correct_address(retried.lifecycle, retried.subject, reader_of(retried.mail), retried.email)
        self._store.reopen(retried.mail.key, now())

    def _claim(self, request: SendMail) -> Claim:
        mail = request.mail
        claim = self._store.claim(mail.key, mail.kind, request.lifecycle, request.subject, reader_of(mail), now())
        self._failpoint("claimed")
        return claim

    def _letter(self, request: SendMail, at: datetime) -> tuple[Letter, bool]:
        mail = request.mail
        match request.lifecycle:
            case Lifecycle.ORDER:
                order = self._store.order(request.subject)
                facts, wanted = order_facts(order, mail, at), still_wanted_by_order(order, mail)
            case Lifecycle.SUBSCRIPTION:
                subscription = self._store.subscription(request.subject)
                newest = self._store.order(subscription.orders[-1])
                facts = subscription_facts(subscription, newest, mail, at)
                wanted = still_wanted_by_subscription(subscription, mail)
            case Lifecycle.TRIAL:
                trial = self._store.trial(request.subject)
                facts, wanted = trial_facts(trial, mail, at), still_wanted_by_trial(trial, mail)
            case Lifecycle.DEVICE:
                device = self._store.device(request.subject)
                lent_by = self._store.trial(device.life.trial_id)
                facts = device_facts(device, lent_by, mail)
                wanted = still_wanted_by_device(device, mail)
        return Letter(kind=mail.kind, to=self._reader(request), facts=facts), wanted

    def _reader(self, request: SendMail) -> Person:
        role = reader_of(request.mail)
        if role == Role.TRIALS_TEAM:
            return trials_team(self._store.device(request.subject).life)
        return self._store.person(request.lifecycle, request.subject, role)

    def _deliver(self, key: str, letter: Letter, claim: Claim) -> MailReport:
        try:
            envelope = self._composer.compose(letter, claim.message_id, self._attachments(letter))
        except UnsafeMail as unsafe:
            self._store.settle(key, MailState.REFUSED, str(unsafe), now())
            return MailReport(state=MailState.REFUSED)
        self._failpoint("before_data")
        delivery = self._transport.send(envelope, lambda: self._hand_over(key))
        self._failpoint("answered")
        return self._settle(key, delivery)

    def _hand_over(self, key: str) -> None:
        self._store.handing_over(key, now())
        self._failpoint("handed_over")

    def _settle(self, key: str, delivery: Delivery) -> MailReport:
        if delivery.answer is Answer.LATER:
            self._store.settle(key, MailState.PENDING, delivery.words, now())
            raise ApplicationError(
                f"mail server: {delivery.words}; tried again",
                type="MailDeferred",
                category=ApplicationErrorCategory.BENIGN,
            )
        state = _STATE_OF[delivery.answer]
        self._store.settle(key, state, delivery.words, now())
        self._failpoint("settled")
        return MailReport(state=state, sent_at=now() if state is MailState.SENT else None)

    def _attachments(self, letter: Letter) -> tuple[Attachment, ...]:
        if letter.kind is not MailKind.CONFIRMATION:
            return ()
        return (self._documents.confirmation(letter.facts, letter.to),)
