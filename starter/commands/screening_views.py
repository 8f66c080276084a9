"""What is shown of lists of restricted parties, and of one name that is looked for on them."""

from typing import Final

from rich.table import Table
from rich.text import Text

from activities.ports.screening import ScreeningList, ScreeningUnavailable
from adapters.screening.chosen import screener
from adapters.settings import Settings
from adapters.sql.store import SqlStore
from domain.compliance.screening import Match, Screened, Screening
from domain.working_time import clock_reading
from starter.answers.screening import ListVersion, ScreeningListsAnswer, ScreeningTryAnswer
from starter.console.exits import Exit, Stop
from starter.console.models import valid
from starter.console.tables import NOTHING, list_table, plain_table
from starter.console.terminal import shown, terminal
from starter.reach.gate import settings
from starter.reach.store import answer_of, opened

SHORT: Final = 12
"""Digits of a digest that tell two files apart."""

NONE_YET: Final = "No list was imported yet: tenure screening import FILE"


async def show_lists(*, current_only: bool) -> None:
    """By name, the newest version first."""

    def asked(store: SqlStore) -> tuple[list[ScreeningList], str]:
        return store.screening_lists(current_only=current_only), store.current_version()

    found, version = await answer_of(asked, Stop(Exit.NOT_FOUND, NONE_YET))
    terminal.say(_lists_table(found) if found else NONE_YET)
    listed = tuple(ListVersion(parties=each.entries, **each.model_dump(exclude={"entries"})) for each in found)
    terminal.answer(ScreeningListsAnswer(current_version=version or None, lists=listed))


def _lists_table(found: list[ScreeningList]) -> Table:
    rows: list[list[str | Text]] = [
        [
            each.version,
            Text("in use", "green") if each.current else NOTHING,
            f"{each.entries:,}",
            clock_reading(each.imported_at, "UTC").in_words,
            each.imported_by,
            each.digest[:SHORT],
        ]
        for each in found
    ]
    return list_table(["version", "used", "parties", "imported (UTC)", "by", "sha256"], rows, kept=3)


async def try_name(name: str, country: str, aliases: list[str], city: str | None) -> None:
    """As a customer of that name would be screened."""
    screened = valid(Screened, {"name": name, "country": country, "aliases": aliases, "city": city})
    installed = settings()
    screening = await _screened(screened, installed)
    _say(screening)
    service = installed.screening.service
    terminal.answer(
        ScreeningTryAnswer(service=service, clean=screening.is_clean, screened=screened, screening=screening)
    )


async def _screened(screened: Screened, installed: Settings) -> Screening:
    try:
        with opened() as store:
            return await screener(installed, store).screen(screened)
    except ScreeningUnavailable as nobody:
        raise Stop(Exit.UNREACHABLE, str(nobody)) from None


def _say(screening: Screening) -> None:
    by = f"by {screening.list_version}, from a score of {screening.threshold:g} on"
    if screening.is_clean:
        terminal.say(f"Nobody like that {by}: such a customer would be clear.")
        return
    several = f"{screening.found} parties are" if screening.found > 1 else "1 party is"
    best = f", the best {len(screening.matches)}" if screening.found > len(screening.matches) else ""
    terminal.say(f"{several} like that {by}{best}: somebody would look at such a customer.")
    for match in screening.matches:
        _say_match(match)


def _say_match(match: Match) -> None:
    facts = {
        "like": match.screened_name,
        "because": match.explained,
        "countries": ", ".join(match.countries) or NOTHING,
        "list": match.source,
        "entry": match.entry,
    }
    table = plain_table(f"{match.score:5.1f}", shown(match.listed_name))
    table.columns[0].justify = "right"
    table.header_style = "bold"
    for fact, value in facts.items():
        table.add_row(Text(fact, "dim"), Text(shown(value)))
    terminal.say("")
    terminal.say(table)
