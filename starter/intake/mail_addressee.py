"""Which case of ours a mail answers, by the Message-ID of one of our own mails; and whether its sender may."""

from typing import Final

from temporalio.client import Client, WorkflowExecutionStatus

from activities.ports import NotKnown
from adapters.mail.composer import in_ascii
from adapters.mail.incoming import IncomingMail
from adapters.sql.store import SqlStore
from domain.case.mails import PARTNER_CONTACT
from domain.case.standing import NAME
from domain.case.states import TABLE
from domain.view import LifecycleView
from starter.console.ids import Subject
from starter.reach.executions import described, view_of

OVER: Final = "[It answers a mail about case {id}, which takes no answers any more]"
NOT_THEIRS: Final = "[It says that it answers a mail about case {id}, and its sender is not that case's partner]"
"""The first line of a case of its own."""

OF_EVERYBODY: Final = frozenset(
    {
        "aol.com",
        "daum.net",
        "free.fr",
        "gmail.com",
        "googlemail.com",
        "gmx.com",
        "gmx.net",
        "hanmail.net",
        "hotmail.com",
        "icloud.com",
        "laposte.net",
        "live.com",
        "mail.com",
        "msn.com",
        "naver.com",
        "orange.fr",
        "outlook.com",
        "proton.me",
        "yahoo.co.jp",
        "yahoo.com",
        "zohomail.com",
    }
)
"""Mail domains at which anybody has an address: there only the address itself says who somebody is."""


def case_answered(store: SqlStore, mail: IncomingMail) -> Subject | None:
    """The nearest mail that we know decides. Whoever writes a Message-ID into a header need not have got that mail."""
    known = store.written_about(mail.answers)
    ours = (known[each] for each in mail.answers if each in known)
    return next((Subject(lifecycle, id_) for lifecycle, id_ in ours if lifecycle == NAME), None)


def is_its_partner(store: SqlStore, case: Subject, mail: IncomingMail) -> bool:
    """Is it written from the contact's address, or from one at the same mail domain?"""
    try:
        contact = _spelled(store.person(*case, PARTNER_CONTACT).email)
    except NotKnown:
        return False
    sender = _spelled(mail.sender.address)
    host = sender.rpartition("@")[2]
    return sender == contact or (host == contact.rpartition("@")[2] and host not in OF_EVERYBODY)


def _spelled(address: str) -> str:
    return in_ascii(address).lower()


async def open_view(client: Client, case: Subject) -> LifecycleView | None:
    """Where it stands; None if it is over, or if Temporal does not know it. Raises Stop while nobody can say."""
    status, _ = await described(client, case.workflow_id) or (None, "")
    if status is not WorkflowExecutionStatus.RUNNING:
        return None
    view = await view_of(client, case)
    return None if view.stage in TABLE.closed else view
