"""What operators may do at every gate, as commands: the same in every group. `tenure order hold …`."""

from collections.abc import Mapping
from typing import Annotated, Final

import typer

from starter.commands import NO_REASON, REASON_FIRST, Says, Sent, Updates
from starter.options import told

Id = Annotated[str, typer.Argument(metavar="ID", help="Its id, or the workflow's.", show_default=False)]
MailKey = Annotated[str | None, told("The mail's key, as `show --json` has it.", "KEY")]
Name = Annotated[str | None, told("The deadline's name, as `show --json` has it.", "NAME")]


def desk_commands(group: str, an_id: str) -> typer.Typer:
    """The commands of one group; `an_id` is for the examples."""
    app = typer.Typer()
    desk = Updates(app, group, Id, "At any stage")
    for command, options in EXAMPLES.items():
        name = command.__name__.replace("_", "-")
        about = NO_REASON if command is note else REASON_FIRST
        desk.command(f"tenure {group} {name} {an_id} {options}", about=about)(command)
    return app


def settle_mail(
    mail: MailKey = None,
    outcome: Annotated[str | None, told("sent: it had arrived. resend: send it once more.", "WHAT")] = None,
) -> Sent:
    """What became of a mail nobody knew the fate of. The first decision counts."""
    return "settle_mail", {"mail": mail, "outcome": outcome}


def retry_mail(
    mail: MailKey = None,
    email: Annotated[str | None, told("The right address, if ours is wrong.", "ADDRESS")] = None,
) -> Sent:
    """Try a mail again that the mail server refused."""
    return "retry_mail", {"mail": mail, "email": email}


def hold() -> Sent:
    """Stop deadlines and mails until resume. What people report is still taken."""
    return "hold", {}


def resume() -> Sent:
    """Go on after a hold: what fell due meanwhile is done now, once."""
    return "resume", {}


def extend_due_date(
    deadline: Name = None,
    at: Annotated[str | None, told("When instead, with its offset.", "WHEN")] = None,
) -> Sent:
    """Move a guide or a target; dates of the contract stay."""
    return "extend_due_date", {"deadline": deadline, "at": at}


def skip_reminder(deadline: Name = None) -> Sent:
    """Leave out a courtesy mail to come."""
    return "skip_reminder", {"deadline": deadline}


def note(text: Annotated[str | None, told("What to write down. No personal data, please.", "TEXT")] = None) -> Sent:
    """Write a note into the record."""
    return "put_note", {"text": text}


EXAMPLES: Final[Mapping[Says, str]] = {
    settle_mail: "--mail KEY --outcome sent --reason 'in the log'",
    retry_mail: "--mail KEY --email right@example.com --reason mistyped",
    hold: "--reason 'in dispute'",
    resume: "--reason settled",
    extend_due_date: "--deadline NAME --at 2030-01-31T18:00+09:00 --reason …",
    skip_reminder: "--deadline NAME --reason …",
    note: "--text 'the form comes next week'",
}
"""Each command with the options its help shows as an example, in the order of the help."""
