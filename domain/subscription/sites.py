"""The sites of a subscription, with their named users and languages. ORD-32, ORD-33, OPT-02. Pure."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final

from pydantic import Field

from domain.reasons import Reason
from domain.values import Model, Refused

Languages = Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=1000)]
"""Tags (`pt-BR`), or as the Provisioning form has them where that is no language by name: each once."""

LEFT_BEHIND: Final = 1
"""Named users that a site keeps at least when it gives some up."""


class SubscriptionSite(Model):
    """One site, as it is now."""

    url: Annotated[str, Field(max_length=120)]
    named_users: Annotated[int, Field(le=1_000_000)]
    languages: Languages = ()

    def with_languages(self, languages: Iterable[str]) -> "SubscriptionSite":
        """Those it has, and these."""
        return self.model_copy(update={"languages": tuple(dict.fromkeys((*self.languages, *languages)))})

    def with_named_users(self, named_users: int) -> "SubscriptionSite":
        """So many from now on."""
        return self.model_copy(update={"named_users": named_users})


Sites = Annotated[tuple[SubscriptionSite, ...], Field(max_length=1000)]
"""The primary one first."""


def site_of(sites: Sites, url: str) -> SubscriptionSite | None:
    """The one with this address."""
    return next((site for site in sites if site.url == url), None)


def check_site(sites: Sites, url: str, field: str) -> None:
    """Raises Refused for a site that is not there; names those there are. OPT-02."""
    if site_of(sites, url) is None:
        known = ", ".join(site.url for site in sites) or "none that are known"
        raise Refused(
            f"is no site of this subscription; its sites are: {known} (OPT-02)", field=field, code=Reason.UNKNOWN
        )


def check_language(sites: Sites, url: str, language: str, field: str) -> None:
    """Raises Refused for a language that this site has already. OPT-02 (a)."""
    found = site_of(sites, url)
    if found and language.casefold() in map(str.casefold, found.languages):
        raise Refused(
            f"{url} has {language} already; its languages are: {', '.join(found.languages)} (OPT-02)",
            field=field,
            code=Reason.ALREADY_DONE,
        )


def check_split(sites: Sites, url: str, named_users: int, taken_from: str, field: str) -> None:
    """Raises Refused unless the new site is new and the giving site keeps a named user. A reserve that was bought and
    kept back is not touched. OPT-02 (b), ORD-33."""
    check_site(sites, taken_from, f"{field}.taken_from")
    if site_of(sites, url):
        raise Refused(
            f"is a site of this subscription already; its sites are: {', '.join(site.url for site in sites)} (OPT-02)",
            field=f"{field}.url",
            code=Reason.ALREADY_DONE,
        )
    there = next(site.named_users for site in sites if site.url == taken_from)
    if there - named_users < LEFT_BEHIND:
        raise Refused(
            f"{taken_from} has {there} named users and must keep at least {LEFT_BEHIND}; asked are {named_users}"
            " (ORD-33)",
            field=f"{field}.named_users",
            code=Reason.DOES_NOT_FIT,
        )


def with_language(sites: Sites, url: str, language: str) -> Sites:
    """The same, one of them with one more language. OPT-02 (a)."""
    return tuple(site.with_languages([language]) if site.url == url else site for site in sites)


def split(sites: Sites, url: str, named_users: int, taken_from: str) -> Sites:
    """One site more, in the languages of the one that gives it its named users: together they stay as many. ORD-33."""
    giving = next(site for site in sites if site.url == taken_from)
    new = giving.model_copy(update={"url": url, "named_users": named_users})
    left = giving.with_named_users(giving.named_users - named_users)
    return (*(left if site is giving else site for site in sites), new)


def renewed(before: Sites, after: Sites) -> Sites:
    """Those of a renewal's form; one that stays keeps its languages. ORD-33."""
    known = {site.url: site.languages for site in before}
    return tuple(
        site.model_copy(update={"languages": known.get(site.url, ())}).with_languages(site.languages) for site in after
    )


def in_words(sites: Sequence[SubscriptionSite]) -> str | None:
    """`hikari.webex.example (120: ja, fr), …`; None if there are none."""
    return ", ".join(_one(site) for site in sites) or None


def in_short(sites: Sequence[SubscriptionSite]) -> str:
    """Without languages: `hikari.webex.example (120), …`."""
    return ", ".join(f"{site.url} ({site.named_users})" for site in sites)


def _one(site: SubscriptionSite) -> str:
    languages = f": {', '.join(site.languages)}" if site.languages else ""
    return f"{site.url} ({site.named_users}{languages})"
