"""A mail that answers one of ours reaches its case, once: as what the partner owed, or as a note. SUP-13, SUP-21."""

from dataclasses import dataclass
from typing import Any, Final

from temporalio.client import Client

from adapters.mail.incoming import IncomingMail
from domain.case.messages import PartnerAnswered, PartnerWrote, SetMainEmail
from domain.case.states import CaseStage
from domain.values import Message, Source
from domain.view import LifecycleView
from starter.answers.intake import ReplyAnswer, ReplyPlanAnswer, ReplyResult
from starter.answers.lifecycle import UpdateAnswer, names
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.console.models import valid
from starter.intake.mail_case import Given, case_id_of, main_email_of
from starter.intake.mail_reply_text import answer_of, new_text, says_more_than
from starter.reach.update import earlier, send

MAIN_EMAIL, ANSWER, NOTE = "set_main_email", "partner_answered", "partner_wrote"

RESULTS: Final[dict[str, ReplyResult]] = {MAIN_EMAIL: "main_email_set", ANSWER: "answered", NOTE: "noted"}
"""By the first update that was taken."""

OTHERWISE: Final = {MAIN_EMAIL: (ANSWER, NOTE), ANSWER: (NOTE,), NOTE: ()}
"""Where a case refuses an update: it moved a moment before, or that address is no SuperAdmin's. A note it takes."""

NOBODY_THERE: Final = frozenset({Exit.CLOSED, Exit.NOT_FOUND})


@dataclass(frozen=True)
class Reply:
    """What a mail says to a case, in each of the updates that may carry it."""

    case: Subject
    key: str
    """Update ids begin with it; made from the Message-ID."""

    messages: dict[str, Message]
    only_address: bool
    """Beside the SuperAdmin's address there is nothing in it."""

    def update_id(self, update: str) -> str:
        """One for each: what a case refused under an id cannot be sent again under it."""
        return f"{self.key}-{update.replace('_', '-')}"

    def due(self, view: LifecycleView) -> list[str]:
        """What a case that stands so is sent, in this order."""
        awaited = {each.update for each in view.awaiting}
        if MAIN_EMAIL not in self.messages or MAIN_EMAIL not in awaited:
            return [text_update(view)]
        if self.only_address:
            return [MAIN_EMAIL]
        return [MAIN_EMAIL, ANSWER if ANSWER in awaited else NOTE]


def text_update(view: LifecycleView | None) -> str:
    """What carries the text: an answer counts while the partner owes one."""
    return ANSWER if _stage(view) == CaseStage.PENDING else NOTE


def _stage(view: LifecycleView | None) -> str:
    """Where the case stands now; one that is over shows nothing."""
    return view.stage if view else CaseStage.CLOSED


def reply_of(mail: IncomingMail, case: Subject, given: Given) -> Reply:
    """The same mail says the same at any time, wherever the case stands."""
    about: dict[str, Any] = {**given.about, "source": Source.UPSTREAM}
    new = new_text(mail.text).text
    messages: dict[str, Message] = {
        ANSWER: valid(PartnerAnswered, {**about, "answer": answer_of(mail)}),
        NOTE: valid(PartnerWrote, {**about, "text": answer_of(mail)}),
    }
    address = main_email_of(mail, new, given)
    if address is not None:
        messages[MAIN_EMAIL] = valid(SetMainEmail, {**about, "main_email": address})
    only_address = address is not None and not (mail.attachments or says_more_than(new, address))
    return Reply(case, case_id_of(mail), messages, only_address)


async def taken_before(client: Client, reply: Reply) -> tuple[str, ...]:
    """Updates that the case took of this mail, or refused after a look into the store."""
    known = [update for update in reply.messages if await earlier(client, reply.case, reply.update_id(update))]
    return tuple(sorted(known, key=list(RESULTS).index))


async def planned(client: Client, reply: Reply, view: LifecycleView | None) -> ReplyPlanAnswer:
    """What `deliver` would do now."""
    before, missing = await _steps(client, reply, view)
    updates = (*before, *missing)
    return ReplyPlanAnswer(
        would_be=RESULTS[updates[0]] if missing else "already_taken",
        workflow_id=reply.case.workflow_id,
        updates=updates,
        stage=_stage(view),
        look=updates[-1:] == (NOTE,) and _stage(view) == CaseStage.RESOLVED,
        **names(*reply.case),
    )


async def deliver(client: Client, reply: Reply, view: LifecycleView | None) -> ReplyAnswer | None:
    """Send what is due, each once; None if the case came to its end before all of it was sent. Raises Stop."""
    before, missing = await _steps(client, reply, view)
    taken: list[UpdateAnswer] = []
    try:
        for update in (*before[-1:], *missing):
            taken.append(await _taken(client, reply, update))
            if taken[-1].update != MAIN_EMAIL:
                break
    except Stop as stop:
        if stop.exit in NOBODY_THERE:
            return None
        raise
    is_new = any(each.result == "accepted" for each in taken)
    stage = taken[-1].state.stage if is_new else _stage(view)
    return ReplyAnswer(
        result=RESULTS[taken[0].update] if is_new else "already_taken",
        workflow_id=reply.case.workflow_id,
        updates=tuple(each.update for each in taken),
        update_ids=tuple(each.update_id for each in taken),
        stage=stage,
        look=taken[-1].update == NOTE and stage == CaseStage.RESOLVED,
        **names(*reply.case),
    )


async def _steps(client: Client, reply: Reply, view: LifecycleView | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Updates that were sent of this mail before, and those that are still to be sent: none once its text was."""
    before = await taken_before(client, reply)
    if not before:
        return (), tuple(reply.due(view)) if view else ()
    is_whole = before[-1] != MAIN_EMAIL or reply.only_address
    return before, () if is_whole else (text_update(view),)


async def _taken(client: Client, reply: Reply, update: str) -> UpdateAnswer:
    """By this update, or by one that the case takes instead."""
    for each in (update, *OTHERWISE[update]):
        try:
            return await send(client, reply.case, each, reply.messages[each], reply.update_id(each))
        except Stop as stop:
            if stop.exit is Exit.CONFLICT:
                text = f"a mail with this Message-ID and another text reached {reply.case} before; it was kept"
                raise Stop(Exit.CONFLICT, text, "Message-ID") from None
            if stop.exit is not Exit.REFUSED or each == NOTE:
                raise
    raise AssertionError(f"{update} can be sent as nothing")
