"""What support cases have beside the commands of every lifecycle: a mail that becomes one, or reaches one."""

import asyncio
from typing import Annotated

import typer

from domain.values import Language
from starter.console.options import By, examples, flag
from starter.console.terminal import terminal

app = typer.Typer()

MailFile = Annotated[
    str, typer.Argument(metavar="FILE", help="One mail as .eml; - for standard input.", show_default=False)
]
PartnerId = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Where the mail names none. \\[default: the sender's domain]", show_default=False),
]
Company = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The partner's. \\[default: the sender's domain]", show_default=False),
]
ItsLanguage = Annotated[
    Language, typer.Option("--language", metavar="ja|ko|fr|en", help="In which the partner gets our mails.")
]
ItsZone = Annotated[str, typer.Option("--zone", metavar="ZONE", help="Where the partner reads them.")]
DryRun = Annotated[bool, flag("--dry-run", "Say what would be done, touch nothing.")]
Again = Annotated[bool, flag("--again", "Hand in once more what was refused when it started.")]


@app.command(
    rich_help_panel="Start and see",
    epilog=examples(
        "tenure case intake examples/case-mail.eml --dry-run",
        "tenure case intake examples/case-mail.eml --partner hikari --language ja --zone Asia/Tokyo",
        "tenure case intake reply.eml --dry-run",
        "tenure case intake - --json < mail.eml",
    ),
)
def intake(
    file: MailFile,
    partner: PartnerId = None,
    company: Company = None,
    language: ItsLanguage = Language.ENGLISH,
    zone: ItsZone = "UTC",
    dry_run: DryRun = False,
    by: By = None,
    again: Again = False,
) -> None:
    """Take one mail in: it starts a case (case-mail-<hash>), or reaches one.

    The id is made of the Message-ID: the same mail, also delivered twice, is one
    case (exit 0, or 5 if it is over); the same Message-ID with another text is a
    conflict (exit 4). Fields of the sample template are read in English and
    Japanese; a ZOID, ZGID or ZUID in free text too. Automatic replies, bounces
    and our own mails are refused (exit 3), as is what is no mail (exit 2).

    A reply to a mail of ours about a case (In-Reply-To, References) reaches that
    case, once. While the partner owes an answer, this is it; a labelled address
    of the SuperAdmin is filled in where it is wanted. Else the text is a note.
    A resolved case is not reopened, for thanks are no complaint: a warning says
    that somebody should look (exit 0). A reply to a closed case, or from another
    mail domain than its partner's, starts a case of its own that names it.
    """
    from starter.intake.mail_intake import MailOptions, look_at, take_in

    options = MailOptions(partner, company, language, zone, by)
    if dry_run:
        from starter.forecast.dry_run import dry_run_of

        if (start := look_at(file, options)) is not None:
            terminal.answer(dry_run_of(start))
    else:
        asyncio.run(take_in(file, options, again=again))
