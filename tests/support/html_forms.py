"""What a browser sends of a form as it stands on a page, and what it shows: no browser, and no guess."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

TEXTS: Final = frozenset({"text", "email", "tel", "date", "datetime-local", "time", "hidden", "search"})


@dataclass
class Sent(HTMLParser):
    """The successful controls of a page, in order. No button was pressed."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    select: str = ""
    option: str | None = None
    """The value of the option that is chosen in it; of none, the first."""

    textarea: str = ""
    text: str = ""
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An input at once; a select and a textarea when they end."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "input":
            self._input(given)
        elif tag == "select":
            self.select, self.option = given["name"], None
        elif tag == "option" and self.select and (self.option is None or "selected" in given):
            self.option = given["value"]
        elif tag == "textarea":
            self.textarea, self.text = given["name"], ""

    def handle_data(self, data: str) -> None:
        """Of a textarea."""
        if self.textarea:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Browsers end lines by CR and LF, and leave out a line break that a textarea begins with."""
        if tag == "select" and self.select:
            self.pairs.append((self.select, self.option or ""))
            self.select = ""
        elif tag == "textarea" and self.textarea:
            self.pairs.append((self.textarea, self.text.removeprefix("\n").replace("\n", "\r\n")))
            self.textarea = ""

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        ticked = kind in {"checkbox", "radio"} and "checked" in given
        if ticked or kind in TEXTS:
            self.pairs.append((given["name"], given.get("value", "on" if ticked else "")))


def sent(page: str) -> list[tuple[str, str]]:
    """Names and values, as `multi_items` of a form has them."""
    reader = Sent()
    reader.feed(page)
    return reader.pairs


def ids(page: str) -> list[str]:
    """Every id of a page."""
    reader = Sent()
    reader.feed(page)
    return reader.ids
