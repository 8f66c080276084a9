"""The part of a subscription that knows its sites, and what completed option requests make of them. Pure."""

from datetime import datetime

from pydantic import Field

from domain.lifecycle import LifecycleState
from domain.subscription.messages import CompletedOption, OptionNews
from domain.subscription.sites import (
    Sites,
    check_language,
    check_site,
    check_split,
    in_short,
    renewed,
    split,
    with_language,
)
from domain.values import Refused


def not_carried_out(request: str) -> str:
    """The alert about a completed option request that fitted no more."""
    return f"option_not_carried_out/{request}"


class SubscriptionSites(LifecycleState):
    """Its sites, from the form of the order that began it, through renewals and options. ORD-33, OPT-02."""

    sites: Sites = ()
    """As they are now; none in one that began before sites were kept. ORD-33, OPT-02."""

    options: list[str] = Field(default_factory=list)
    """Completed option requests that it has heard of: each counts once. OPT-02."""

    def lacks(self, request: str) -> bool:
        """Is this request completed, and fitted no more? Until somebody lifts the alert about it."""
        return not_carried_out(request) in self.jeopardy

    def refuse_site(self, url: str, field: str) -> None:
        """Raises Refused for a site it does not have; `field` is the one that names the site."""
        check_site(self.sites, url, field)

    def refuse_language(self, site: str, language: str, field: str) -> None:
        """Raises Refused for a language that the site has already; `field` is the one that names the language."""
        check_language(self.sites, site, language, field)

    def refuse_split(self, url: str, named_users: int, taken_from: str, field: str) -> None:
        """Raises Refused if it cannot be split so; `field` is the one that holds `url`, `named_users`, `taken_from`:
        `site_split`."""
        check_split(self.sites, url, named_users, taken_from, field)

    def _take_sites(self, sites: Sites, now: datetime) -> None:
        """The renewal's form says which there are from now on. ORD-33."""
        before, self.sites = self.sites, renewed(self.sites, sites) if sites else self.sites
        if before and self.sites != before:
            self.journal.note("subscription.sites_changed", now, was=in_short(before), sites=in_short(self.sites))

    def option_reported(self, news: OptionNews, facts: CompletedOption, now: datetime) -> None:
        """A completed option request reports. A second report of the same changes nothing; what is not so, or comes
        after the end, is noted; what fits no more needs somebody's attention."""
        request = news.request_id
        if request in self.options:
            return
        if why := facts.untrue or (f"the subscription is {self.stage}" if self.closed else None):
            self.journal.note("subscription.report_ignored", now, option=request, why=why)
            return
        self.options.append(request)
        self.sites = self.sites or facts.sites
        try:
            self._carry_out(request, facts, now)
        except Refused as refused:
            self.journal.note("subscription.report_ignored", now, option=request, why=refused)
            self.endanger(not_carried_out(request), now, now)

    def _carry_out(self, request: str, facts: CompletedOption, now: datetime) -> None:
        if (added := facts.language) is not None:
            self.refuse_site(added.site, "language.site")
            self.refuse_language(added.site, added.language, "language.language")
            self.sites = with_language(self.sites, added.site, added.language)
            self.journal.note(
                "subscription.language_added", now, option=request, site=added.site, language=added.language
            )
        if (new := facts.site_split) is not None:
            self.refuse_split(**dict(new), field="site_split")
            self.sites = split(self.sites, **dict(new))
            self.journal.note(
                "subscription.site_split",
                now,
                option=request,
                site=new.url,
                named_users=new.named_users,
                taken_from=new.taken_from,
            )
