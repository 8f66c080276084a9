"""A sheet becomes a PDF by Typst: one kept compiler, our fonts, and nothing else that lies on the machine."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, cast

import typst

from activities.ports import UnsafeMail
from domain.values import Model

FONTS: Final = Path(__file__).parent / "fonts"
TEMPLATE: Final = Path(__file__).parent / "template" / "confirmation.typ"
SHEET: Final = "sheet.json"
"""A file of the compiler's and none on disk. By `sys_inputs` it would be part of Typst's library: then nothing that was
laid out for the last document is used for the next."""

DOCUMENT: Final = f'#import "{TEMPLATE.name}": confirmation\n#confirmation(json("{SHEET}"))\n'.encode()
NAMED: Final = 3
"""So many missing characters are named; they are enough to find the rest."""


class CharacterNotInFonts(UnsafeMail):
    """A name cannot be printed. It is not echoed; its characters that are missing are."""

    def __init__(self, characters: Iterable[str]) -> None:
        named = ", ".join(f"U+{ord(each):04X} {unicodedata.name(each, '')}".rstrip() for each in characters)
        super().__init__(f"the fonts of the confirmation document do not have {named}")


def printable_characters() -> frozenset[int]:
    """Code points that the bundled fonts draw, or that draw nothing."""
    lines = (FONTS / "characters.txt").read_text("ascii").splitlines()
    bounds = ([int(bound, 16) for bound in line.split("-")] for line in lines)
    return frozenset().union(*(range(first, last + 1) for first, last in bounds))


class Typesetter:
    """Keeps the compiler, and with it the fonts and the template as it has understood them."""

    def __init__(self) -> None:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
        self._compiler = typst.Compiler(root=TEMPLATE.parent, font_paths=fonts, ignore_system_fonts=True)
        self._printable = printable_characters()
        self._one_at_a_time = Lock()  # a compiler that is in use refuses other threads

    def pdf(self, sheet: Model, made_at: datetime) -> bytes:
        """PDF/UA-1. The same sheet and instant (UTC) always make the same bytes. Raises CharacterNotInFonts."""
        data = sheet.model_dump_json()
        missing = [each for each in dict.fromkeys(data) if ord(each) not in self._printable]
        if missing:
            raise CharacterNotInFonts(missing[:NAMED])
        second = made_at.replace(microsecond=0)  # Typst takes no parts of one
        files: Any = {"main.typ": DOCUMENT, SHEET: data.encode()}  # the package's annotations know one file only
        with self._one_at_a_time:
            document = self._compiler.compile(files, format="pdf", pdf_standards="ua-1", timestamp=second)
        return cast(bytes, document)


@cache
def typesetter() -> Typesetter:
    """The one of this process."""
    return Typesetter()
