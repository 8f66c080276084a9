"""What a value of one field must be: normalisers that never refuse, and checks that never change. Pure.

The two are kept apart on purpose. A *normaliser* is our own arithmetic on the text: it gives the same at every replay,
whatever library is installed. A *check* may ask a library and may refuse; it is asked once, when somebody sends the
value, and never again. So what was sent reads the same on its first day and after every upgrade.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final


class Normalised:
    """One spelling for each value; never refuses. Kept when a value is read from the history or the store."""

    def __init__(self, normalise: Callable[[Any], Any]) -> None:
        """`normalise` must be pure, ours, and the same twice as once."""
        self._normalise = normalise

    def __call__(self, value: Any) -> Any:
        """The value in its one spelling."""
        return self._normalise(value)


class Judged:
    """A check that refuses what would hurt later, and changes nothing. Asked only of what people send."""

    def __init__(self, *checks: Callable[[Any], None]) -> None:
        """Each raises ValueError with words for the person who sent the value."""
        self._checks = checks

    def __call__(self, value: Any) -> Any:
        """The very value, if every check lets it pass."""
        for check in self._checks:
            check(value)
        return value


class InOurWords(ValueError):
    """What to write instead. It may hold what was given by chance (`72` in `PT72H`), and is shown all the same."""


INVISIBLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories of control characters and their like."""

TURNS_TEXT: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Bidirectional embeddings, overrides and isolates: text that reads otherwise than it is."""

_IGNORABLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point: nothing is drawn for these."""

_NOTHING_TO_SEE: Final = re.compile(rf"[\s\u2800{_IGNORABLE}]*")
"""Only that, white space, and the empty Braille pattern."""


def printable(text: str) -> None:
    """No controls but line breaks, nothing that turns text round, nothing a mail header would decode."""
    for character in text:
        if unicodedata.category(character) in INVISIBLE and character != "\n":
            raise ValueError("must not contain control characters")
        if unicodedata.bidirectional(character) in TURNS_TEXT:
            raise ValueError("must not contain characters that turn the direction of text")
    if "=?" in text and "?=" in text:
        raise ValueError("must not contain encoded words (=?…?=)")


def visible(text: str) -> None:
    """A text of characters that nobody sees is an empty one."""
    if text and _NOTHING_TO_SEE.fullmatch(text):
        raise ValueError("must not be empty: it has only characters that nobody sees")


def one_line(text: str) -> None:
    """No line break, and otherwise as `printable` and `visible`."""
    if "\n" in text:
        raise ValueError("must be a single line")
    printable(text)
    visible(text)


def shown(words: str, longest: int) -> str:
    """Somebody's words on one line, whatever they hold; empty when there is nothing that can be shown."""
    plain = "".join(" " if unicodedata.category(character) in INVISIBLE else character for character in words)
    line = " ".join(plain.split())[:longest].strip()
    try:
        one_line(line)
    except ValueError:
        return ""
    return line


def named_once(names: tuple[Any, ...]) -> None:
    """Nothing twice in a list of names."""
    if len(set(names)) != len(names):
        raise ValueError("must not name the same twice")
