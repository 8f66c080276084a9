"""The text of an HTML mail, in time that grows with its length only.

Not by the standard library's parser: that of Python 3.11 takes time by the square of what is left open
(`<!--<!--<!--…`), and raises errors of its own on some declarations.
"""

import re
from html import unescape
from typing import Final

TOKEN: Final = re.compile(
    r"""<!--.*?(?:-->|\Z)
      | <[!?][^<>]*+>
      | <(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:_-]*+)
        (?P<attributes>(?:[^<>"']++|"[^"]{0,5000}+"|'[^']{0,5000}+'|["'])*+)>
    """,
    re.DOTALL | re.VERBOSE,
)
HREF: Final = re.compile(r"""\bhref\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
HUGE_NUMBER: Final = re.compile(r"&#[xX]?[0-9A-Fa-f]{8,}+;?")
"""No character, and more digits than Python makes a number of."""

LONGEST: Final = 2_000_000
"""Characters of HTML that are read."""

LONGEST_LINK: Final = 500

BLOCK: Final = re.compile(
    "address|article|aside|blockquote|br|center|dd|div|dl|dt|fieldset|figure|footer|form|h[1-6]|header|hr|li|main|nav"
    "|ol|p|pre|section|table|tbody|tfoot|thead|tr|ul"
)
CELLS: Final = frozenset({"td", "th"})
SKIPPED: Final = frozenset({"script", "style", "title", "template", "svg", "math", "object"})
"""Whose content nobody reads."""


def text_of_html(source: str) -> str:
    """Blocks on lines of their own, cells of a row parted by tabs, links with their addresses."""
    return _Page(source[:LONGEST]).text


class _Page:
    """One HTML text, read from its beginning to its end once."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._pieces: list[str] = []
        self._link = ("", 0)
        """Where the open link leads, and how many pieces there were before it."""

        at = 0
        while token := TOKEN.search(source, at):
            self._words(source[at : token.start()])
            at = self._after(token)
        self._words(source[at:])

    @property
    def text(self) -> str:
        """All of it; spaces around breaks are none."""
        lines = ("\t".join(cell.strip(" ") for cell in line.split("\t")) for line in "".join(self._pieces).split("\n"))
        return "\n".join(line.strip("\t") for line in lines)

    def _words(self, text: str) -> None:
        if text:
            words = unescape(HUGE_NUMBER.sub("\N{REPLACEMENT CHARACTER}", text))
            self._pieces.append(re.sub(r"[ \t\r\n\f]+", " ", words))

    def _after(self, token: re.Match[str]) -> int:
        """Take one tag; where the next words begin."""
        name = (token["name"] or "").lower()
        if BLOCK.fullmatch(name):
            self._pieces.append("\n- " if name == "li" and not token["end"] else "\n")
        elif name in CELLS and not token["end"]:
            self._pieces.append("\t")
        elif name == "a":
            self._anchor("" if token["end"] else token["attributes"])
        elif name in SKIPPED and not token["end"] and not token["attributes"].endswith("/"):
            closing = re.compile(rf"</{name}\b[^<>]*+>?", re.IGNORECASE).search(self._source, token.end())
            return closing.end() if closing else len(self._source)
        return token.end()

    def _anchor(self, attributes: str) -> None:
        """At the end of a link its address, unless that is what it says already."""
        address, since = self._link
        said = "".join(self._pieces[since:]).strip()
        if address and said and address.removeprefix("mailto:").rstrip("/") not in said:
            self._pieces.append(f" ({address})")
        found = HREF.search(attributes)
        link = unescape(HUGE_NUMBER.sub("", next(filter(None, found.groups()), ""))) if found else ""
        is_shown = link.lower().startswith(("http://", "https://", "mailto:")) and len(link) <= LONGEST_LINK
        self._link = ("".join(link.split()) if is_shown else "", len(self._pieces))
