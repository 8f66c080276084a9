"""Screening by a service that speaks the HTTP interface of moov-io/watchman, version 2 (read of release v0.66.0).

`GET /v2/search?name=…&minMatch=0.76&limit=100` answers `{"entities": [{"name", "sourceList", "sourceID", "match",
"addresses": [{"country"}], "business": {"altNames"}, …}]}`, `match` being 0 to 1; `GET /v2/listinfo` answers
`{"lists": {"us_csl": 442}, "listHashes": {"us_csl": "…"}}`. A parameter that it does not know is refused, and without a
type it looks among persons, businesses and organizations alike, which is what we want.
"""

import asyncio
import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from activities.ports.screening import ScreeningUnavailable
from adapters.screening import time_of_this_machine
from domain.compliance.screening import MATCHES_KEPT, Match, Screened, Screening

LIMIT: Final = 100
"""Entries a name; the service gives no more."""

AT_ONCE: Final = 4
"""Names that are asked for at the same time."""

HASH: Final = 8
"""Characters of a list's hash: enough to tell its versions apart."""


class _Answer(BaseModel):
    """Whatever else the service says is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _Address(_Answer):
    country: str | None = None


class _Named(_Answer):
    names: list[str] | None = Field(default=None, alias="altNames")


class _Entity(_Answer):
    name: str = Field(min_length=1)
    source: str = Field(alias="sourceList")
    entry: str = Field(default="", alias="sourceID")
    match: float = Field(ge=0, le=1)
    addresses: list[_Address] | None = None
    business: _Named | None = None
    organization: _Named | None = None
    person: _Named | None = None

    @property
    def countries(self) -> tuple[str, ...]:
        """Two letters, as far as it says so."""
        said = [(address.country or "").strip().upper() for address in self.addresses or []]
        return tuple(sorted({country for country in said if len(country) == 2}))  # noqa: PLR2004 - ISO 3166-1 alpha-2

    @property
    def aliases(self) -> list[str]:
        """Other names; which of them was alike, the service does not say."""
        kinds = (self.business, self.organization, self.person)
        return [name for kind in kinds if kind for name in kind.names or []]


class _Found(_Answer):
    entities: list[_Entity] | None = None


class _Lists(_Answer):
    lists: dict[str, int] = Field(default_factory=dict)
    hashes: dict[str, str] = Field(default_factory=dict, alias="listHashes")

    @property
    def version(self) -> str:
        """`us_csl@0a1b2c3d+us_ofac@4e5f6a7b`; nothing if it has loaded none yet."""
        loaded = sorted(name for name, entries in self.lists.items() if entries)
        return "+".join(f"{name}@{self.hashes.get(name, '')[:HASH] or self.lists[name]}" for name in loaded)


Model = TypeVar("Model", bound=BaseModel)


class WatchmanScreening:
    """Asks for the name and for each alias by itself; an entry counts once, with the best score.

    Countries: the service scores names alone; whether they agree is said, and changes nothing. Raises
    ScreeningUnavailable in one sentence, which names neither the customer nor a password in the address.
    """

    def __init__(
        self,
        url: str,
        threshold: float,
        timeout: timedelta,
        now: Callable[[], datetime] = time_of_this_machine,
    ) -> None:
        self._url = httpx.URL(url)
        self._threshold = threshold
        self._timeout = timeout.total_seconds()
        self._now = now
        host = self._url.host if not self._url.port else f"{self._url.host}:{self._url.port}"
        self._where = f"the screening service at {host}"

    async def screen(self, screened: Screened) -> Screening:
        """See port."""
        async with httpx.AsyncClient(base_url=self._url, timeout=self._timeout, trust_env=False) as client:
            version = (await self._asked(client, "v2/listinfo", {}, _Lists)).version
            if not version:
                raise ScreeningUnavailable(f"{self._where} has no list loaded: look at its log, or wait until it has")
            matches = await self._all_matches(client, screened)
        kept = heapq.nsmallest(MATCHES_KEPT, matches.values(), key=lambda match: (-match.score, match.entry))
        return Screening(
            list_version=version,
            screened_at=self._now(),
            threshold=self._threshold,
            matches=tuple(kept),
            found=len(matches),
        )

    async def _all_matches(self, client: httpx.AsyncClient, screened: Screened) -> dict[tuple[str, str], Match]:
        few = asyncio.Semaphore(AT_ONCE)

        async def of(name: str) -> list[tuple[str, _Entity]]:
            async with few:
                asked = {"name": name, "minMatch": f"{self._threshold / 100:.2f}", "limit": str(LIMIT)}
                found = await self._asked(client, "v2/search", asked, _Found)
                return [(name, entity) for entity in found.entities or []]

        names = dict.fromkeys((screened.name, *screened.aliases))
        best: dict[tuple[str, str], Match] = {}
        for match in self._matches(await asyncio.gather(*map(of, names)), screened.country):
            key = match.source, match.entry
            if key not in best or match.score > best[key].score:
                best[key] = match
        return best

    def _matches(self, found: list[list[tuple[str, _Entity]]], country: str) -> Iterator[Match]:
        for name, entity in (pair for pairs in found for pair in pairs):
            score = round(entity.match * 100, 1)
            if score >= self._threshold:
                yield Match(
                    entry=entity.entry or entity.name,
                    source=entity.source,
                    listed_name=entity.name,
                    screened_name=name,
                    score=score,
                    countries=entity.countries,
                    explained=_explained(name, entity, score, country),
                )

    async def _asked(self, client: httpx.AsyncClient, path: str, query: dict[str, str], model: type[Model]) -> Model:
        try:
            answer = await client.get(path, params=query)
        except httpx.TimeoutException:
            raise ScreeningUnavailable(
                f"{self._where} gave no answer within {self._timeout:g} s: see whether it is up"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise ScreeningUnavailable(f"{self._where} cannot be reached: see whether it is up") from None
        if answer.status_code != httpx.codes.OK:
            raise ScreeningUnavailable(f"{self._where} answered with status {answer.status_code}: look at its log")
        try:
            return model.model_validate(_flat(answer.json()))
        except (ValueError, ValidationError):
            raise ScreeningUnavailable(
                f"{self._where} answered in another format than Watchman v2: see whether the address is right"
            ) from None


def _flat(answer: Any) -> Any:
    """Its documentation shows `{"entity": {…}, "match": …}`, the program sends all in one."""
    entities = answer.get("entities") if isinstance(answer, dict) else None
    if not isinstance(entities, list):
        return answer
    flat = [
        {**one["entity"], "match": one.get("match")}
        if isinstance(one, dict) and isinstance(one.get("entity"), dict)
        else one
        for one in entities
    ]
    return {**answer, "entities": flat}


def _explained(name: str, entity: _Entity, score: float, country: str) -> str:
    """One sentence for whoever decides. WHS-24."""
    known = f", also known as “{'”, “'.join(entity.aliases[:3])}”" if entity.aliases else ""
    if not entity.countries:
        countries = "the entry names no country"
    elif country in entity.countries:
        countries = f"both are in {country}"
    else:
        countries = f"the customer is in {country}, the entry in {', '.join(entity.countries)}"
    return f"Watchman finds “{name}” and “{entity.name}”{known} {score:g} of 100 alike; {countries}."
