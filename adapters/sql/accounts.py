"""The registry of service organizations on SQL. SUP-03, SUP-12."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, exists, func, select
from sqlalchemy.orm import Session

from activities.ports.accounts import AccountResult, SeveralAccounts
from activities.ports.store import NotKnown
from adapters.sql.database import Database, hold
from adapters.sql.schema import AccountKeyRecord, AccountRecord
from adapters.sql.upsert import insert_all_missing, upsert
from domain.account.account import GIVEN_AS, Found, FoundBy, Identifiers, RegisterAccount, ServiceOrganization, carries
from domain.construct import constructed

DOMAIN: Final = "domain"
ZUID: Final = "zuid"

COLUMNS: Final = [name for name in ServiceOrganization.model_fields if name not in ("domains", "zuids")]
WHOLE: Final = select(*(getattr(AccountRecord, name) for name in COLUMNS))
"""An account but for what stands in `account_keys`; rows that are no objects of a session."""

SEVERAL: Final = 10
"""Of accounts with one ZGID, so many are named at most."""


class SqlAccounts(Database):
    """AccountStore on SQL."""

    def upsert_accounts(self, accounts: Sequence[RegisterAccount], now: datetime) -> list[AccountResult]:
        """One transaction, one import at a time; rows that say the same stay as they are."""
        with self._writing() as session:
            hold(session, "accounts")
            known = _by_zoid(session, [account.zoid for account in accounts])
            results = [_compared(account, known.get(account.zoid)) for account in accounts]
            changed = [
                account
                for account, result in zip(accounts, results, strict=True)
                if result is not AccountResult.UNCHANGED
            ]
            _write(session, changed, now)
            return results

    def account(self, organization_id: str) -> ServiceOrganization:
        """In one snapshot."""
        with self._reading() as session:
            found = _by_zoid(session, [organization_id]).get(organization_id)
            if found is not None:
                return found
            zoids = _zoids(session, [_known_by(FoundBy.ZGID, organization_id)], SEVERAL)
            if not zoids:
                raise NotKnown("no account is known under this id", field="organization_id")
            if len(zoids) > 1:
                raise SeveralAccounts(zoids)
            return _by_zoid(session, zoids)[zoids[0]]

    def find_account(self, identifiers: Identifiers) -> Found | None:
        """In one snapshot; each question on an index."""
        keys = identifiers.keys
        with self._reading() as session:
            for by in keys:
                if zoid := _only_one(session, keys, by):
                    organization = _by_zoid(session, [zoid])[zoid]
                    return Found(
                        organization=organization, by=by, contradicting=_contradicting(session, keys, organization)
                    )
        return None

    def listed_accounts(
        self, after: str = "", limit: int = 500, *, region: str | None = None
    ) -> list[ServiceOrganization]:
        """Two queries, on an index."""
        wanted = WHOLE.where(AccountRecord.zoid > after)
        if region is not None:
            wanted = wanted.where(AccountRecord.region == region)
        with self._reading() as session:
            return _organizations(session, wanted.order_by(AccountRecord.zoid).limit(limit))

    def account_regions(self) -> dict[str, int]:
        """One query, on an index."""
        counted = select(AccountRecord.region, func.count()).group_by(AccountRecord.region)
        with self._reading() as session:
            return dict(session.execute(counted).all())


def _known_by(by: FoundBy, value: str) -> ColumnElement[bool]:
    """Of an account's row: is it known by this? As `carries` says it of an account."""
    match by:
        case FoundBy.MAIN_EMAIL | FoundBy.CUSTOMER_EMAIL:
            return AccountRecord.super_admin == value
        case FoundBy.ZOID:
            return AccountRecord.zoid == value
        case FoundBy.ZGID:
            return AccountRecord.zgid == value
        case FoundBy.ZUID:
            return _has_key(ZUID, value)
        case FoundBy.MAIN_EMAIL_DOMAIN | FoundBy.CUSTOMER_EMAIL_DOMAIN:
            return _has_key(DOMAIN, value)


def _has_key(kind: str, value: str) -> ColumnElement[bool]:
    key = AccountKeyRecord
    return AccountRecord.zoid.in_(select(key.zoid).where(key.kind == kind, key.value == value))


def _zoids(session: Session, conditions: Iterable[ColumnElement[bool]], limit: int) -> list[str]:
    wanted = select(AccountRecord.zoid).where(*conditions).order_by(AccountRecord.zoid).limit(limit)
    return list(session.scalars(wanted))


def _only_one(session: Session, keys: Mapping[FoundBy, str], by: FoundBy) -> str | None:
    """The account known by this; of several the one that the other keys leave."""
    conditions = [_known_by(by, keys[by])]
    found = _zoids(session, conditions, 2)
    for other, value in keys.items():
        if len(found) < 2:  # noqa: PLR2004 - several
            break
        if narrowed := _zoids(session, [*conditions, _known_by(other, value)], 2):
            conditions, found = [*conditions, _known_by(other, value)], narrowed
    return found[0] if len(found) == 1 else None


def _contradicting(session: Session, keys: Mapping[FoundBy, str], chosen: ServiceOrganization) -> tuple[str, ...]:
    """Identifiers of which every key that leads anywhere leads elsewhere."""
    right = {GIVEN_AS[by] for by, value in keys.items() if carries(chosen, by, value)}
    elsewhere = {
        GIVEN_AS[by]: None
        for by, value in keys.items()
        if GIVEN_AS[by] not in right and session.scalar(select(exists().where(_known_by(by, value))))
    }
    return tuple(elsewhere)


def _by_zoid(session: Session, zoids: Sequence[str]) -> dict[str, ServiceOrganization]:
    found = _organizations(session, WHOLE.where(AccountRecord.zoid.in_(zoids)))
    return {account.zoid: account for account in found}


def _organizations(session: Session, wanted: Select[Any]) -> list[ServiceOrganization]:
    rows = session.execute(wanted).mappings().all()
    keys: dict[tuple[str, str], list[str]] = defaultdict(list)
    of_these = AccountKeyRecord.zoid.in_([row["zoid"] for row in rows])
    named = select(AccountKeyRecord.zoid, AccountKeyRecord.kind, AccountKeyRecord.value).where(of_these)
    for zoid, kind, value in session.execute(named):
        keys[zoid, kind].append(value)
    return [
        constructed(
            ServiceOrganization,
            {**row, "domains": sorted(keys[row["zoid"], DOMAIN]), "zuids": sorted(keys[row["zoid"], ZUID])},
        )
        for row in rows
    ]


def _compared(account: RegisterAccount, known: ServiceOrganization | None) -> AccountResult:
    if known is None:
        return AccountResult.CREATED
    return AccountResult.UNCHANGED if _content(account) == _content(known) else AccountResult.UPDATED


def _content(account: ServiceOrganization) -> dict[str, Any]:
    """Without the order of lists, which means nothing."""
    content = account.model_dump(mode="json", include=set(ServiceOrganization.model_fields))
    content["subscriptions"].sort(key=lambda each: (each["service"], each["licences"]))
    return content | {name: sorted(content[name]) for name in ("domains", "zuids")}


def _write(session: Session, accounts: Sequence[RegisterAccount], now: datetime) -> None:
    rows = [
        account.model_dump(mode="json", include=set(COLUMNS)) | {"changed_at": now, "changed_by": account.by}
        for account in accounts
    ]
    upsert(session, AccountRecord, rows)
    session.execute(delete(AccountKeyRecord).where(AccountKeyRecord.zoid.in_([account.zoid for account in accounts])))
    insert_all_missing(session, AccountKeyRecord, [key for account in accounts for key in _keys(account)])


def _keys(account: ServiceOrganization) -> list[dict[str, str]]:
    named = {DOMAIN: account.domains, ZUID: account.zuids}
    return [{"zoid": account.zoid, "kind": kind, "value": value} for kind in named for value in named[kind]]
