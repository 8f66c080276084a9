"""From what was pressed to what is sent, once: a decision is claimed before, and answered or released after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from domain.device.messages import AskForReturnPapers, HandOver
from domain.lifecycles import KINDS
from domain.links import Purpose
from domain.operator import SendAgain, SkipReminder
from domain.option.messages import RequestOption
from domain.option.state import NAME as OPTION
from domain.order.messages import AcceptTerms
from domain.reasons import Problem, Reason
from domain.trial.messages import AcceptTrial, DeclineTrial
from domain.values import Message, Source
from web.links.causes import TERMS, UPDATES, courtesies_of
from web.links.followed import Followed
from web.links.sheets import MODELS, as_answered, of_the_kind, sheet
from web.model_forms import Wrong
from web.model_values import Typed
from web.reach import NoAnswer, Over, Refusal, Started, Taken, once, send, start
from web.reader import Reader
from web.world import World

UNDER_WAY: Final = timedelta(seconds=30)
"""So long another decision by the same link is waited for; after that whoever sent it was interrupted."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to send; without an update, a start."""

    update: str
    message: Message


@dataclass(frozen=True, slots=True)
class Answered:
    """It was taken, now or before."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Another answer by the same link is being sent at this moment."""


Outcome = Answered | Busy | Refusal | Over | NoAnswer


def acts_of(found: Followed, typed: Typed, reader: Reader) -> Sequence[Act] | Wrong:
    """What was decided. `typed` holds the fields, `do` the button."""
    if found.purpose in MODELS:
        return _of_the_form(found, typed, reader)
    wrong = [Problem.of(Reason.REQUIRED, "is required", field) for field in _missing(found.purpose, typed)]
    return Wrong(tuple(wrong)) if wrong else tuple(_decided(found, typed))


async def answer(world: World, found: Followed, acts: Sequence[Act]) -> Outcome:
    """Two at one time have one effect; one that was interrupted is finished by the next, under the same id."""
    lifecycle, subject = found.about
    id_ = once(found.mark, acts[0].message, found.purpose, acts[0].update) if acts else found.mark
    about = (found.mark, found.purpose, lifecycle, subject, id_, world.now())
    claim = await run_in_threadpool(world.store.claim_form, *about)
    if claim.answered_at is None and claim.update_id != id_:
        if world.now() < claim.claimed_at + UNDER_WAY:
            return Busy()
        await run_in_threadpool(world.store.release_form, found.mark)
        claim = await run_in_threadpool(world.store.claim_form, *about)
    if claim.answered_at is not None:
        return Answered()
    refused = await _sent(world, found, acts)
    if refused is None:
        await run_in_threadpool(partial(world.store.form_was_answered, *about, draft=found.draft_key))
        return Answered()
    if not isinstance(refused, NoAnswer):
        await run_in_threadpool(world.store.release_form, found.mark)
    return refused


async def fresh_link(world: World, found: Followed) -> Outcome:
    """The mail once more, to the same reader: nobody here sees or says to whom."""
    if found.mail is None:
        return Over()
    message = SendAgain(by=found.by, source=Source.PORTAL, mail=found.mail.key, reason="its link is too old")
    lifecycle, subject = found.about
    sent = await send(world, lifecycle, subject, "send_again", message, once(found.mark, message, "fresh"))
    return Answered() if isinstance(sent, Taken) else sent


async def _sent(world: World, found: Followed, acts: Sequence[Act]) -> Refusal | Over | NoAnswer | None:
    """None: all of it was taken."""
    lifecycle, subject = found.about
    for act in acts:
        sent: Any
        if act.update:
            id_ = once(found.mark, act.message, found.purpose, act.update)
            sent = await send(world, lifecycle, subject, act.update, act.message, id_)
        else:
            sent = await start(world, act.message, KINDS[OPTION])
        gone = isinstance(sent, Refusal) and found.purpose is Purpose.REMINDERS
        if not isinstance(sent, Taken | Started) and not gone:
            refusal: Refusal | Over | NoAnswer = sent
            return refusal
    return None


def _of_the_form(found: Followed, typed: Typed, reader: Reader) -> Sequence[Act] | Wrong:
    said = as_answered(typed) if found.purpose is Purpose.GRADUATION else typed
    said = of_the_kind(said) if found.purpose is Purpose.OPTION else said
    read = sheet(found, reader).read(said)
    if isinstance(read, Wrong):
        return read
    if isinstance(read, RequestOption):
        named = read.model_copy(update={"request_id": f"web-{once(found.mark, read)[:16]}"})
        return (Act("", named),)
    return (Act(UPDATES[found.purpose], read),)


def _missing(purpose: Purpose, typed: Typed) -> Iterator[str]:
    """Fields that have to be said."""
    if purpose in TERMS and "yes" not in typed.get("agreed", ()):
        yield "agreed"
    if purpose is Purpose.PAPERS and typed.get("how") not in (["email"], ["serials"]):
        yield "how"


def _decided(found: Followed, typed: Typed) -> Iterator[Act]:
    who = {"by": found.by, "source": Source.PORTAL}
    state = found.row.state
    match found.purpose:
        case Purpose.CONSENT if typed.get("do") == ["decline"]:
            yield Act("decline", DeclineTrial(**who))
        case Purpose.CONSENT:
            box = "yes" in typed.get("full_administrator", ())
            yield Act("accept", AcceptTrial(**who, full_administrator=box))
        case Purpose.RETURN:
            yield Act("hand_over", HandOver(**who))
        case Purpose.PAPERS:
            by_email = typed.get("how") == ["email"]
            serials = () if by_email else state.trial_serial_numbers
            asked = {"administrator_email_given": by_email, "serial_numbers": serials}
            yield Act("ask_for_papers", AskForReturnPapers(**who, organization_id=state.customer_id, **asked))
        case Purpose.REMINDERS:
            for name in courtesies_of(state):
                reason = "the reader wants no more reminders"
                yield Act("skip_reminder", SkipReminder(**who, deadline=name, reason=reason))
        case terms:
            yield Act("accept_terms", AcceptTerms(**who, terms=TERMS[terms]))
