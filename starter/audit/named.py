"""People as a lifecycle was told of them, in its start and in later messages, beside those of the store."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError
from temporalio.client import Client

from activities.ports import NotKnown
from adapters.sql.store import SqlStore
from domain.lifecycles import KINDS
from domain.values import Person
from starter.audit.account import Account
from starter.console.ids import Subject

CORRECTED: Final = "mail.retried"
"""An operator may have corrected an address with it: the store is right then."""


async def people_named(client: Client, account: Account) -> Mapping[str, Person]:
    """By role; of each the last word. Nobody if its start is nothing this release can read."""
    model: Any = KINDS[account.state.lifecycle].start
    try:
        (start,) = await client.data_converter.decode(list(account.start)[:1], [model])
    except (ValidationError, ValueError):
        return {}
    named = dict(KINDS[account.state.lifecycle].people(model).of(start))
    for record in account.records:
        named |= record.papers.people
    return named


def differing_people(store: SqlStore, subject: Subject, named: Mapping[str, Person]) -> dict[str, Person]:
    """Those who should stand there otherwise, as they should. Who is not there is not another, nor who took somebody's
    place by an option request. OPT-02."""
    corrected = any(event.type == CORRECTED for event in store.events(*subject))
    wanted: dict[str, Person] = {}
    for role, person in store.in_their_places(*subject, named).items():
        try:
            known = store.person(*subject, role)
        except NotKnown:
            continue
        right = person.model_copy(update={"email": known.email}) if corrected else person
        if known != right:
            wanted[role] = right
    return wanted
