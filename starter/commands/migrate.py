"""`tenure migrate`: the store is made, or brought to this release, and what was done is said."""

from adapters.sql.engine import StoreUnusable
from adapters.sql.migrate import Migrated
from adapters.sql.migrate import migrate as migrate_store
from starter.answers.tools import MigrateAnswer
from starter.console.exits import Exit, Stop
from starter.console.terminal import terminal
from starter.reach.gate import settings


def migrate() -> None:
    """The store of the settings."""
    try:
        done = migrate_store(settings().database_url, make_directory=True)
    except StoreUnusable as unusable:
        raise Stop(Exit.UNREACHABLE, f"store: {unusable}") from None
    terminal.say(_in_words(done))
    terminal.answer(_answer(done))


def _in_words(done: Migrated) -> str:
    if done.before is None:
        return f"Made the store {done.where}, schema {done.now}."
    if done.before != done.now:
        return f"Brought {done.where} from schema {done.before} to {done.now}."
    return f"{done.where} is up to date, schema {done.now}. Nothing was changed."


def _answer(done: Migrated) -> MigrateAnswer:
    result = "created" if done.before is None else "upgraded" if done.before != done.now else "up_to_date"
    return MigrateAnswer(result=result, store=done.where, schema_before=done.before, schema_now=done.now)
