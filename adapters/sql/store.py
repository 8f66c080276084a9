"""The store as a whole: every port that keeps something, on one database."""

import os

from sqlalchemy.orm import configure_mappers

from adapters.sql.accounts import SqlAccounts
from adapters.sql.archive import SqlArchive
from adapters.sql.contacts import SqlContacts
from adapters.sql.csm import SqlCsm
from adapters.sql.deprovisioning_steps import SqlDeprovisioning
from adapters.sql.devices import SqlDevices
from adapters.sql.engine import engine_for, in_one_sentence, place
from adapters.sql.hub import SqlHub
from adapters.sql.lifecycles import SqlLifecycles
from adapters.sql.lists import SqlStandings
from adapters.sql.mail_ledger import SqlMailLedger
from adapters.sql.migrate import StoreNotMigrated, require_this_release
from adapters.sql.orders import SqlOrders
from adapters.sql.screening_lists import SqlScreeningLists
from adapters.sql.trials import SqlTrials
from adapters.sql.wholesale_users import SqlWholesaleUsers


class SqlStore(
    SqlMailLedger,
    SqlLifecycles,
    SqlOrders,
    SqlTrials,
    SqlDevices,
    SqlCsm,
    SqlContacts,
    SqlAccounts,
    SqlWholesaleUsers,
    SqlDeprovisioning,
    SqlScreeningLists,
    SqlArchive,
    SqlStandings,
    SqlHub,
):
    """Every store, the Archive and the MailLedger on SQLite or PostgreSQL. Safe to share between threads.

    What the database cannot do right now (locked, gone, full) is raised as SQLAlchemy says it: try again later.
    """


def open_store(database_url: str, mail_domain: str = "tenure.example") -> SqlStore:
    """A store that was migrated to this release and keeps what it acknowledges; else raises StoreUnusable.

    `mail_domain` is the right side of new Message-IDs: the sender's domain.
    """
    configure_mappers()  # now, and not in the first step of a workflow, which has two seconds
    engine = engine_for(database_url)
    if engine.dialect.name == "sqlite" and not os.path.isfile(engine.url.database or ""):
        raise StoreNotMigrated(place(engine.url))
    try:
        with in_one_sentence(engine.url), engine.connect() as connection:
            require_this_release(connection)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine, mail_domain)
