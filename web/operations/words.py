"""How forms of updates and starts speak: to operators in English, as the commands do; to partners in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from domain.hub.users import HubUser
from domain.lifecycle import Lifecycle, PostedMail
from domain.lifecycles import KINDS, updates_of
from domain.mails import MailState
from domain.permissions import Right
from domain.reasons import Problem, without_rules
from domain.updates import Update
from domain.values import Language
from domain.view import mail_in_words
from web.model_fields import Wording, humanized
from web.reach import Snapshot
from web.reader import Reader
from web.words import is_said

AREA: Final = "actions"


def wording(user: HubUser, reader: Reader, choices: Mapping[str, Sequence[tuple[str, str]]]) -> Wording:
    """Of one form for one reader; `choices` by path are what there is to choose from now."""
    plain = Wording(choices=choices.get)
    if user.may(Right.OPERATE):
        return plain
    return replace(
        plain,
        label=lambda path: label_of(reader, path),
        hint=lambda path, _said: hint_of(reader, path),
        choice=lambda _path, value: reader.word(f"{AREA}.choice", value),
        problem=lambda problem: problem_in_words(reader, problem),
    )


def label_of(reader: Reader, path: str) -> str:
    """By the last name of its path."""
    last = path.rpartition(".")[2]
    named = f"{AREA}.field_{last}"
    return reader.say(named) if is_said(named) else humanized(path)


def hint_of(reader: Reader, path: str) -> str:
    """By its whole path, for a `site` is not always the same; most fields need none. What the model says of itself is
    for those who program."""
    named = f"{AREA}.hint_{path.replace('.', '_')}"
    return reader.say(named) if is_said(named) else ""


def problem_in_words(reader: Reader, problem: Problem) -> str:
    """In English the domain's own words, which say most; else those of its code."""
    named = f"{AREA}.problem_{problem.code}"
    english = reader.language is Language.ENGLISH or not is_said(named)
    return without_rules(problem.message) if english else reader.say(named)


def title_of(user: HubUser, reader: Reader, lifecycle: str, update: str) -> str:
    """Of the page and of buttons that lead there."""
    named = f"{AREA}.{lifecycle}_{update}"
    return reader.say(named) if is_said(named) and not user.may(Right.OPERATE) else humanized(update)


def does(user: HubUser, reader: Reader, lifecycle: str, update: str, known: Update) -> str:
    """One sentence."""
    named = f"{AREA}.{lifecycle}_{update}_does"
    if is_said(named) and not user.may(Right.OPERATE):
        return reader.say(named)
    return known.does


def named(reader: Reader, found: Snapshot) -> str:
    """`Trial T-1001`, in the reader's language."""
    return reader.say(f"{AREA}.called", what=kind_of(reader, found.view.lifecycle), id=found.view.id)


def kind_of(reader: Reader, lifecycle: str) -> str:
    """`trial`, in the reader's language; one that nobody has translated yet as its lifecycle calls it."""
    named = f"{AREA}.{lifecycle}"
    return reader.say(named) if is_said(named) else KINDS[Lifecycle(lifecycle)].one


def standing(user: HubUser, reader: Reader, found: Snapshot) -> str:
    """Where it stands; the words of a lifecycle itself are English, for operators."""
    view = found.view
    return view.stage_in_words if user.may(Right.OPERATE) else reader.word(f"{AREA}.stage", view.stage)


def about(user: HubUser, reader: Reader, found: Snapshot) -> str:
    """What a form is about."""
    if user.may(Right.OPERATE):
        return f"{found.view.what} {found.view.stage_in_words}."
    return f"{named(reader, found)} · {standing(user, reader, found)} · {found.view.customer_id}"


def choices_in(found: Snapshot, update: str, reader: Reader) -> dict[str, list[tuple[str, str]]]:
    """What an update may name of this lifecycle: its mails, steps, alerts, dates and tasks, in words."""
    state = found.state
    known = updates_of(KINDS[state.lifecycle])[update].message.model_fields
    pending = sorted(state.agenda.pending, key=lambda due: due.at)
    allowed = state.courtesies if update == "skip_reminder" else state.movable
    dates = [due for due in pending if (due.ladder or due.name) in allowed]
    there = {
        "mail": [(mail.key, _named(mail, state.role_of(mail))) for mail in _mails(found, update)],
        "step": [(each.step, f"{each.step.replace('_', ' ')}: {each.reason}") for each in state.failing.values()],
        "alert": [(alert, alert.replace("_", " ")) for alert in dict.fromkeys(state.alerts)],
        "deadline": [(due.name, f"{due.label}, {reader.at(due.at)}") for due in dates],
        "task": [(task.key, task.kind.replace("_", " ")) for task in state.journal.tasks if task.closed_at is None],
    }
    return {name: several for name, several in there.items() if name in known and several}


def _mails(found: Snapshot, update: str) -> Sequence[PostedMail]:
    if update == "send_again":
        return found.may_go_again
    return found.state.mails_in(MailState.REFUSED) if update == "retry_mail" else found.state.mails_in_trouble


def _named(mail: PostedMail, role: str) -> str:
    went_out = mail.state is MailState.SENT
    return f"{mail.kind.replace('_', ' ')} ({mail.key})" if went_out else mail_in_words(mail, role)
