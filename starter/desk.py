"""What operators may do at every gate, as commands: the same in every group. `tenure order hold …`."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final

import typer

from starter.options import By, Message, Reason, Source, UpdateId, examples

PANEL: Final = "At any stage"

Id = Annotated[str, typer.Argument(metavar="ID", help="Its id, or the workflow's.", show_default=False)]


def _option(what: str, metavar: str) -> Any:
    return typer.Option(metavar=metavar, help=what, show_default=False)


MailKey = Annotated[str | None, _option("The mail's key, as `show --json` has it.", "KEY")]
Name = Annotated[str | None, _option("The deadline's name, as `show --json` has it.", "NAME")]


def desk_commands(group: str, an_id: str) -> typer.Typer:
    """The commands of one group; `group` is also the name of the reader of its ids in starter/ids.py."""
    app = typer.Typer()

    def send(id_: str, update: str, message: str | None, key: str | None, **sent: str | None) -> None:
        from starter import ids
        from starter.sending import send as send_to

        asyncio.run(send_to(getattr(ids, group)(id_), update, dict(sent), message, key))

    for add in (_settle_mail, _retry_mail, _hold, _resume, _extend_due_date, _skip_reminder, _note):
        add(app, send, f"tenure {group}", an_id)
    return app


def _settle_mail(app: typer.Typer, send: Callable[..., None], tenure: str, an_id: str) -> None:
    sent = f"{tenure} settle-mail {an_id} --mail KEY --outcome sent --reason 'in the log'"

    @app.command("settle-mail", rich_help_panel=PANEL, epilog=examples(sent))
    def settle_mail(
        id_: Id,
        mail: MailKey = None,
        outcome: Annotated[str | None, _option("sent: it had arrived. resend: send it once more.", "WHAT")] = None,
        reason: Reason = None,
        by: By = None,
        source: Source = None,
        message: Message = None,
        update_id: UpdateId = None,
    ) -> None:
        """What became of a mail nobody knew the fate of. The first decision counts."""
        about = {"by": by, "reason": reason, "source": source}
        send(id_, "settle_mail", message, update_id, mail=mail, outcome=outcome, **about)


def _retry_mail(app: typer.Typer, send: Callable[..., None], tenure: str, an_id: str) -> None:
    corrected = f"{tenure} retry-mail {an_id} --mail KEY --email right@example.com --reason mistyped"

    @app.command("retry-mail", rich_help_panel=PANEL, epilog=examples(corrected))
    def retry_mail(
        id_: Id,
        mail: MailKey = None,
        email: Annotated[str | None, _option("The right address, if ours is wrong.", "ADDRESS")] = None,
        reason: Reason = None,
        by: By = None,
        source: Source = None,
        message: Message = None,
        update_id: UpdateId = None,
    ) -> None:
        """Try a mail again that the mail server refused."""
        about = {"by": by, "reason": reason, "source": source}
        send(id_, "retry_mail", message, update_id, mail=mail, email=email, **about)


def _hold(app: typer.Typer, send: Callable[..., None], tenure: str, an_id: str) -> None:
    @app.command(rich_help_panel=PANEL, epilog=examples(f"{tenure} hold {an_id} --reason 'in dispute'"))
    def hold(
        id_: Id,
        reason: Reason = None,
        by: By = None,
        source: Source = None,
        message: Message = None,
        update_id: UpdateId = None,
    ) -> None:
        """Stop deadlines and mails until resume. What people report is still taken."""
        send(id_, "hold", message, update_id, by=by, reason=reason, source=source)


def _resume(app: typer.Typer, send: Callable[..., None], tenure: str, an_id: str) -> None:
    @app.command(rich_help_panel=PANEL, epilog=examples(f"{tenure} resume {an_id} --reason settled"))
    def resume(
        id_: Id,
        reason: Reason = None,
        by: By = None,
        source: Source = None,
        message: Message = None,
        update_id: UpdateId = None,
    ) -> None:
        """Go on after a hold: what fell due meanwhile is done now, once."""
        send(id_, "resume", message, update_id, by=by, reason=reason, source=source)


def _extend_due_date(app: typer.Typer, send: Callable[..., None], tenure: str, an_id: str) -> None:
    moved = f"{tenure} extend-due-date {an_id} --deadline NAME --at 2030-01-31T18:00+09:00 --reason …"

    @app.command("extend-due-date", rich_help_panel=PANEL, epilog=examples(moved))
    def extend_due_date(
        id_: Id,
        deadline: Name = None,
        at: Annotated[str | None, _option("When instead, with its offset.", "WHEN")] = None,
        reason: Reason = None,
        by: By = None,
        source: Source = None,
        message: Message = None,
        update_id: UpdateId = None,
    ) -> None:
        """Move a guide or a target; dates of the contract stay."""
        about = {"by": by, "reason": reason, "source": source}
        send(id_, "extend_due_date", message, update_id, deadline=deadline, at=at, **about)


def _skip_reminder(app: typer.Typer, send: Callable[..., None], tenure: str, an_id: str) -> None:
    @app.command(
        "skip-reminder",
        rich_help_panel=PANEL,
        epilog=examples(f"{tenure} skip-reminder {an_id} --deadline NAME --reason …"),
    )
    def skip_reminder(
        id_: Id,
        deadline: Name = None,
        reason: Reason = None,
        by: By = None,
        source: Source = None,
        message: Message = None,
        update_id: UpdateId = None,
    ) -> None:
        """Leave out a courtesy mail to come."""
        send(id_, "skip_reminder", message, update_id, deadline=deadline, by=by, reason=reason, source=source)


def _note(app: typer.Typer, send: Callable[..., None], tenure: str, an_id: str) -> None:
    @app.command(rich_help_panel=PANEL, epilog=examples(f"{tenure} note {an_id} --text 'the form comes next week'"))
    def note(
        id_: Id,
        text: Annotated[str | None, _option("What to write down. No personal data, please.", "TEXT")] = None,
        by: By = None,
        source: Source = None,
        message: Message = None,
        update_id: UpdateId = None,
    ) -> None:
        """Write a note into the record."""
        send(id_, "put_note", message, update_id, text=text, by=by, source=source)
