"""What `tenure audit --repair` writes to the store: all that a lifecycle brought, its end, the fate of its mails."""

from datetime import UTC, datetime
from typing import Final, cast

from pydantic import ValidationError

from adapters.sql.mail_ledger import SqlMailLedger
from adapters.sql.store import SqlStore
from domain.events import Journal
from domain.lifecycle import PostedMail
from domain.lifecycles import KINDS
from domain.mails import MailState
from domain.operator import PutNote
from domain.values import Message
from starter.audit.account import Account, account_of, closed, open_tasks, write_again
from starter.audit.compare import ahead
from starter.audit.compare_mails import ledger_lags
from starter.audit.observer import Observer
from starter.audit.records import a_record
from starter.audit.snapshot import Snapshot
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.reach import gate

AUDITOR: Final = "tenure-audit"
GAVE_UP: Final = "found without a workflow by tenure audit, closed as cancelled"


async def write_from_history(observer: Observer, snapshot: Snapshot) -> bool:
    """The store gets once more all it was brought; False if nobody can tell any more.

    A store that has heard more than the workflow knows takes its word only from somebody else than its own run.
    """
    if not snapshot.run_id:
        return False
    account = await account_of(observer.client, snapshot.workflow_id, snapshot.run_id)
    if account is None:
        return False
    if snapshot.stored is None and KINDS[account.state.lifecycle].repair.start is None:
        start = await _start_of(observer, account)
        await observer.ask(lambda store: _open(store, start, account))
    run = AUDITOR if ahead(snapshot) else account.run
    others = snapshot.stored.others if snapshot.stored else {}
    return bool(await observer.ask(lambda store: write_again(store, account, datetime.now(UTC), run, others)))


def _open(store: SqlStore, start: Message, account: Account) -> bool:
    """As its own first run opened it. Raises what speaks against it."""
    store.open_lifecycle(start, account.state, account.first_run, datetime.now(UTC))
    return True


async def _start_of(observer: Observer, account: Account) -> Message:
    """What its first run was started with: somebody has to open its row."""
    model = KINDS[account.state.lifecycle].start
    try:
        (start,) = await observer.client.data_converter.decode(list(account.start)[:1], [model])
    except ValidationError:
        raise Stop(Exit.REFUSED, "what it was started with is nothing this release can read: ask a developer") from None
    return cast("Message", start)


def write_closed(store: SqlStore, subject: Subject, now: datetime) -> bool:
    """Given up by the audit, because nothing runs it any more; one that had ended keeps its own end. K6, F2."""
    state, give_up = store.row(*subject).state, KINDS[subject.lifecycle].repair.give_up
    if state.closed or give_up is None:
        store.record(a_record(state, Journal(sequence=state.journal.sequence), now), AUDITOR)
        return True
    tasks = closed(open_tasks(store, state), now)
    give_up(state, now, GAVE_UP)
    state.agenda.disarm(*(deadline.name for deadline in state.agenda.pending))
    for task in state.journal.tasks:
        state.journal.close_task(task.key, now)
    state.journal.note(f"{state.lifecycle}.found_without_workflow", now, PutNote(by=AUDITOR, text=GAVE_UP))
    journal = state.journal.take()
    journal.changed_tasks = list({task.key: task for task in (*tasks, *journal.changed_tasks)}.values())
    store.record(a_record(state, journal, now), AUDITOR)
    return True


def fill_ledger(store: SqlStore, snapshot: Snapshot) -> bool:
    """Ends that the workflow knows and the ledger does not: only to keep a mail from going out twice."""
    mails = snapshot.view.mails if snapshot.view else ()
    ledger = snapshot.stored.mails if snapshot.stored else {}
    for mail in mails:
        if snapshot.subject and ledger_lags(mail, ledger.get(mail.key)):
            _settle(store, snapshot.subject, mail, datetime.now(UTC))
    return True


def _settle(store: SqlStore, subject: Subject, mail: PostedMail, now: datetime) -> None:
    """Claimed as the worker for mail does, so with the same Message-ID."""
    at = mail.sent_at or now
    known = {each.key: each for each in store.mails(*subject)}.get(mail.key)
    if known is None:
        reader = KINDS[subject.lifecycle].state.reader_of(mail)
        domain = gate.settings().mail_from.email.rpartition("@")[2]
        SqlMailLedger(store.engine, domain).claim(mail.key, mail.kind, *subject, reader, at)
    if known is not None and known.state is MailState.UNKNOWN:
        store.mark_arrived(mail.key, at)
    else:
        store.settle(mail.key, mail.state, "as its workflow knows: tenure audit", at)
