"""What somebody may look for: our own answers, and the vendor's pages that the settings name. HUB-61. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.setting_groups import Resource
from domain.hub.customer_list import folded
from domain.hub.users import HubUser
from domain.permissions import Right
from domain.values import Language
from web.words import is_said, said


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One entry, in the reader's language."""

    title: str
    summary: str
    topic: str
    href: str
    featured: bool
    ours: bool
    """A page of this app; others open elsewhere."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Of ours: its texts are `resources.<key>_title` and `resources.<key>_summary`."""

    key: str
    topic: str
    href: str
    right: Right = Right.SEE_CUSTOMERS
    featured: bool = False


ANSWERS: Final = (
    Answer("statuses", "customers", "/", featured=True),
    Answer("filters", "customers", "/"),
    Answer("tags", "customers", "/"),
    Answer("over_licence", "customers", "/?status=over_licence"),
    Answer("suspended", "customers", "/?status=suspended"),
    Answer("start_trial", "trials", "/?type=trial", Right.START_TRIAL, featured=True),
    Answer("extend_trial", "trials", "/?type=trial", Right.MANAGE_TRIALS),
    Answer("convert_trial", "trials", "/?type=trial", Right.MANAGE_TRIALS),
    Answer("expired_trial", "trials", "/?type=trial"),
    Answer("renewals", "subscriptions", "/?status=expiring_soon", featured=True),
    Answer("setup", "subscriptions", "/?status=ready_for_setup"),
    Answer("options", "subscriptions", "/", Right.REQUEST_OPTIONS),
    Answer("kpi_windows", "numbers", "/kpi"),
    Answer("low_assignment", "numbers", "/kpi"),
    Answer("past_weeks", "numbers", "/kpi"),
    Answer("calling", "numbers", "/calling"),
    Answer("roles", "users", "/administration", Right.MANAGE_ADMINISTRATORS, featured=True),
    Answer("assign", "users", "/", Right.ASSIGN_ADMINISTRATORS),
    Answer("language", "users", "/profile"),
    Answer("operations", "operations", "/operations", Right.OPERATE, featured=True),
)

TOPICS: Final = ("customers", "trials", "subscriptions", "numbers", "users", "operations")


def library(user: HubUser, language: Language, configured: Sequence[Resource]) -> list[Found]:
    """All that this user has a use for."""
    ours = [
        Found(
            title=said(f"resources.{each.key}_title", language),
            summary=said(f"resources.{each.key}_summary", language),
            topic=each.topic,
            href=each.href,
            featured=each.featured,
            ours=True,
        )
        for each in ANSWERS
        if user.may(each.right)
    ]
    theirs = [
        Found(
            title=each.title,
            summary=each.summary or "",
            topic=each.topic,
            href=str(each.url),
            featured=each.featured,
            ours=False,
        )
        for each in configured
    ]
    return ours + theirs


def sought(entries: Iterable[Found], words: str, topic: str) -> list[Found]:
    """Those with every word somewhere, of that topic; a title with the words comes first. Accents do not matter."""
    wanted = folded(words).split()
    fitting = [
        each
        for each in entries
        if topic in ("", each.topic) and all(word in folded(f"{each.title} {each.summary}") for word in wanted)
    ]
    return sorted(fitting, key=lambda each: not all(word in folded(each.title) for word in wanted))


def topics_of(entries: Iterable[Found], language: Language) -> list[tuple[str, str]]:
    """Value and name of those that there is something about; one of the vendor's own is shown as it is."""
    there = {each.topic for each in entries}
    known = [topic for topic in TOPICS if topic in there]
    return [(topic, _name(topic, language)) for topic in (*known, *sorted(there - set(known)))]


def _name(topic: str, language: Language) -> str:
    key = f"resources.topic_{topic}"
    return said(key, language) if is_said(key) else topic.replace("_", " ").replace("-", " ")
