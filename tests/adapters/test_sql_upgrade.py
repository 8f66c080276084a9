"""A store of an older release is brought to this one, with all that it holds."""

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from adapters.sql.engine import engine_for
from adapters.sql.migrate import StoreNotMigrated, alembic_config, known_revisions, migrate
from adapters.sql.store import SqlStore, open_store
from domain.lifecycle import Lifecycle
from domain.order.state import OrderState
from domain.wholesale.users import Assigned
from tests.accounts import an_account
from tests.makers import MONDAY, an_order
from tests.postgres import Backend, a_database, connected

NEWEST, *OLDER = known_revisions()


def test_the_names_of_the_files_say_the_migrations_and_their_order() -> None:
    chain = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    assert [script.revision for script in chain] == [NEWEST, *OLDER]


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
@pytest.mark.parametrize("revision", OLDER)
def test_a_store_of_an_older_release_keeps_what_it_holds(backend: Backend, revision: str) -> None:
    """Orders were there from the first schema on."""
    placed = an_order()
    with a_database(backend, migrated=False) as url:
        with connected(url) as connection:
            command.upgrade(alembic_config(connection), revision)
        older = SqlStore(engine_for(url), "mail.example.com")
        older.open_order(placed, OrderState.placed(placed, MONDAY), "run-1", MONDAY)
        before = older.columns(Lifecycle.ORDER, placed.sales_order_number)
        older.close()
        with pytest.raises(StoreNotMigrated):
            open_store(url)

        done = migrate(url)

        store = open_store(url)
        assert (done.before, done.now) == (revision, NEWEST)
        assert store.columns(Lifecycle.ORDER, placed.sales_order_number) == before
        store.upsert_accounts([an_account()], MONDAY)
        assert store.account("700100200") == an_account().organization
        assert (store.assigned("kaede-7"), store.current_version()) == (Assigned.none(), "")
        store.close()


def test_there_is_an_older_release() -> None:
    assert OLDER[-1] == "0001"
