"""What `tenure audit --repair` does about a difference; nothing here guesses, and every step may be repeated."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.letters import reader_of
from adapters.sql.mail_ledger import SqlMailLedger
from adapters.sql.store import SqlStore
from domain.desk import PutNote
from domain.events import Journal
from domain.life import PostedMail
from domain.mails import Lifecycle, MailState, workflow_id
from domain.order.order import OrderLife
from domain.order.states import Stage
from domain.subscription.messages import RenewalNews, RenewalStep
from domain.trial.states import TrialStage
from domain.trial.trial import TrialLife
from domain.values import Refused
from starter import gate
from starter.audit_account import account_of, closed, open_tasks, tell_again, write
from starter.audit_compare import DEAD, kinds, lags, ledger_lags
from starter.audit_seen import COMPLETED, RUNNING, Lookout, Seen
from starter.exits import Stop
from starter.ids import Subject
from starter.tool_answers import Difference, Finding

AUDITOR: Final = "tenure-audit"

TOLD_AGAIN: Final = frozenset(
    {Difference.NO_ROW, Difference.STORE_BEHIND, Difference.EVENTS_MISSING, Difference.TASKS_DIFFER}
)
"""What a story's own account puts right."""

NEWS: Final = {
    Stage.COMPLETED: RenewalStep.COMPLETED,
    Stage.CANCELLED: RenewalStep.WITHDRAWN,
    Stage.REJECTED: RenewalStep.WITHDRAWN,
}

GAVE_UP: Final = "found without a workflow by tenure audit, closed as cancelled"


async def mend(lookout: Lookout, seen: Seen, findings: Sequence[Finding]) -> str:
    """Put right what can be; the words of what stood in the way, if anything did."""
    found = kinds(findings)
    if seen.subject is None or Difference.STRANGE_NAME in found:
        return ""
    try:
        if seen.status in DEAD:
            await _close(lookout, seen.subject, seen)
        elif seen.status == COMPLETED:
            await _tell_again(lookout, seen)
            await lookout.ask(lambda store: _fill_ledger(store, seen))
        elif seen.status == RUNNING and seen.view:
            await _mend_running(lookout, seen.subject, seen, found)
    except Stop as stop:
        return stop.message
    except Refused as refused:
        return str(refused)
    except RPCError as failed:
        return f"the Temporal server answered {failed.status.name.lower().replace('_', ' ')}"
    return ""


async def _mend_running(lookout: Lookout, subject: Subject, seen: Seen, found: frozenset[Difference]) -> None:
    if Difference.NO_ROW in found and subject.lifecycle in {Lifecycle.ORDER, Lifecycle.TRIAL}:
        return  # a note would make the workflow write a row nobody opened, again and again
    mended = _mendable(seen, found)
    if mended & TOLD_AGAIN and not await _tell_again(lookout, seen):
        mended -= TOLD_AGAIN - {Difference.STORE_BEHIND}
    if Difference.MAILS_DIFFER in mended:
        await lookout.ask(lambda store: _fill_ledger(store, seen))
    if Difference.WAITS_IN_VAIN in mended and seen.view and seen.renewal:
        await _tell_subscription(lookout, seen.view.facts["renewal_order"], NEWS[Stage(seen.renewal)])
    if mended:
        await leave_note(lookout.client, subject, mended)


def _mendable(seen: Seen, found: frozenset[Difference]) -> frozenset[Difference]:
    """What help there is for; without any no note is left either, however often somebody tries."""
    helpless = {Difference.STRANGE_NAME, Difference.NO_ANSWER, Difference.NOT_RUNNING}
    if not lags(seen):
        helpless |= {Difference.ATTRIBUTES_BEHIND}
    if seen.view and seen.stored:
        if seen.stored.columns.sequence > seen.view.events:
            helpless |= {Difference.STORE_BEHIND}
        if not any(ledger_lags(mail, seen.stored.mails.get(mail.key)) for mail in seen.view.mails):
            helpless |= {Difference.MAILS_DIFFER}
    return found - helpless


async def leave_note(client: Client, subject: Subject, mended: frozenset[Difference]) -> None:
    """A trace of the repair; with it the workflow writes row and search attributes anew. Nobody waits for ever."""
    differing = ", ".join(sorted(difference.replace("_", " ") for difference in mended))
    note = PutNote(by=AUDITOR, text=f"tenure audit --repair found and mended: {differing}.")
    async with gate.asking(subject.workflow_id), asyncio.timeout(gate.UPDATE_PATIENCE.total_seconds()):
        await client.get_workflow_handle(subject.workflow_id).execute_update("put_note", note)


async def _tell_again(lookout: Lookout, seen: Seen) -> bool:
    """The store hears once more all it was told; False if nobody can tell any more."""
    account = await account_of(lookout.client, seen.workflow_id, seen.run_id) if seen.run_id else None
    return account is not None and bool(await lookout.ask(lambda store: tell_again(store, account, datetime.now(UTC))))


async def _close(lookout: Lookout, subject: Subject, seen: Seen) -> None:
    """Those who wait for it hear of it first: a repeat then finds the row still open and tells them once more."""
    if subject.lifecycle not in {Lifecycle.ORDER, Lifecycle.TRIAL}:
        return
    await _tell_again(lookout, seen)
    life = await lookout.ask(lambda store: _life(store, subject))
    if life is None:
        return
    await _tell_others(lookout, life)
    await lookout.ask(lambda store: _write_closed(store, subject, datetime.now(UTC)))


async def _tell_others(lookout: Lookout, life: OrderLife | TrialLife) -> None:
    """What one that ends tells: its subscription may be renewed by another order, its devices have to go back."""
    if isinstance(life, OrderLife):
        if life.is_renewal:
            await _tell_subscription(lookout, life.number, NEWS.get(life.stage, RenewalStep.WITHDRAWN))
        return
    for device in life.devices:
        await _signal(lookout.client, workflow_id(Lifecycle.DEVICE, device), "trial_over")


async def _tell_subscription(lookout: Lookout, number: str, step: RenewalStep) -> None:
    order = await lookout.ask(lambda store: store.order(number).life)
    if order is not None:
        news = RenewalNews(order_number=number, step=step, term_months=order.term_months, at=datetime.now(UTC))
        await _signal(lookout.client, workflow_id(Lifecycle.SUBSCRIPTION, order.subscription_id), "renewal", news)


async def _signal(client: Client, to: str, name: str, *told: RenewalNews) -> None:
    """One that is over, or never began, need not hear it."""
    try:
        await client.get_workflow_handle(to).signal(name, args=told, rpc_timeout=gate.PATIENCE)
    except RPCError as failed:
        if failed.status is not RPCStatusCode.NOT_FOUND:
            raise


def _life(store: SqlStore, subject: Subject) -> OrderLife | TrialLife:
    if subject.lifecycle is Lifecycle.ORDER:
        return store.order(subject.id).life
    return store.trial(subject.id).life


def _write_closed(store: SqlStore, subject: Subject, now: datetime) -> bool:
    """Cancelled, by the audit, because nobody lives it any more; one that had ended keeps its own end. K6, F2."""
    life = _life(store, subject)
    if life.closed:
        write(store, life, Journal(sequence=life.journal.sequence), AUDITOR, now)
        return True
    tasks = closed(open_tasks(store, life), now)
    life.closed_at, life.closing_reason = now, GAVE_UP
    if isinstance(life, OrderLife):
        life.stage = Stage.CANCELLED
    else:
        life.stage = TrialStage.CANCELLED
    life.agenda.disarm(*(deadline.name for deadline in life.agenda.pending))
    for task in life.journal.tasks:
        life.journal.close_task(task.key, now)
    life.journal.note(f"{life.lifecycle}.found_without_workflow", now, PutNote(by=AUDITOR, text=GAVE_UP))
    journal = life.journal.take()
    journal.changed_tasks = list({task.key: task for task in (*tasks, *journal.changed_tasks)}.values())
    write(store, life, journal, AUDITOR, now)
    return True


def _fill_ledger(store: SqlStore, seen: Seen) -> bool:
    """Ends that the workflow knows and the ledger does not: only to keep a mail from going out twice."""
    mails = seen.view.mails if seen.view else ()
    ledger = seen.stored.mails if seen.stored else {}
    for mail in mails:
        if seen.subject and ledger_lags(mail, ledger.get(mail.key)):
            _settle(store, seen.subject, mail, datetime.now(UTC))
    return True


def _settle(store: SqlStore, subject: Subject, mail: PostedMail, now: datetime) -> None:
    """Claimed as the worker for mail does, so with the same Message-ID."""
    at = mail.sent_at or now
    known = {each.key: each for each in store.mails(*subject)}.get(mail.key)
    if known is None:
        domain = gate.settings().mail_from.email.rpartition("@")[2]
        SqlMailLedger(store.engine, domain).claim(mail.key, mail.kind, *subject, reader_of(mail), at)
    if known is not None and known.state is MailState.UNKNOWN:
        store.mark_arrived(mail.key, at)
    else:
        store.settle(mail.key, mail.state, "as its workflow knows: tenure audit", at)
