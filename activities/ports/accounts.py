"""The registry of service organizations, as a contract: whose account a case is about. SUP-03, SUP-12."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.account.account import Found, Identifiers, RegisterAccount, ServiceOrganization
from domain.reasons import Reason
from domain.values import Refused


class SeveralAccounts(Refused):
    """A ZGID that several accounts have: which one is meant, only their ZOIDs say."""

    code = Reason.UNKNOWN

    def __init__(self, zoids: Sequence[str]) -> None:
        super().__init__(f"several accounts have this ZGID; say which by its ZOID: {', '.join(zoids)}")
        self.zoids = tuple(zoids)


class AccountResult(StrEnum):
    """What became of one account of an import."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class AccountStore(Protocol):
    """Service organizations, each with its subscriptions. What an import says of one is all that is known of it."""

    def upsert_accounts(self, accounts: Sequence[RegisterAccount], now: datetime) -> list[AccountResult]:
        """Write these, all or none, each once: by their ZOIDs, which must differ. A repeat is unchanged."""
        ...

    def account(self, organization_id: str) -> ServiceOrganization:
        """By ZOID, else by ZGID. Raises NotKnown, and SeveralAccounts for a ZGID of several."""
        ...

    def find_account(self, identifiers: Identifiers) -> Found | None:
        """The account a case is about, as far as its identifiers tell.

        The first of these that leads to an account is believed: SuperAdmin's address, ZOID, ZGID, ZUID, the customer's
        address (if it is a SuperAdmin's), the domain of either address. One that leads to several accounts is narrowed
        down by the others; if several are left, it tells nothing. An identifier that leads to other accounts only is
        named as contradicting. SUP-03, SUP-12.
        """
        ...

    def listed_accounts(
        self, after: str = "", limit: int = 500, *, region: str | None = None
    ) -> list[ServiceOrganization]:
        """By ZOID, from the first one after `after`; an empty page is the end."""
        ...

    def account_regions(self) -> Mapping[str, int]:
        """How many accounts there are, by region."""
        ...
