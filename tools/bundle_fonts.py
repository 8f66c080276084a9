"""Make the fonts beside this script and `characters.txt` out of Debian's packages; run by hand, see README.md."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

HERE: Final = Path(__file__).parents[1] / "adapters" / "documents" / "fonts"
JAPANESE_FACE: Final = 0
"""The first face of the CJK collection draws kanji the Japanese way."""

WHOLE: Final = (
    *("NotoSans", "NotoSansArabic", "NotoSansArmenian", "NotoSansBengali", "NotoSansCanadianAboriginal"),
    *("NotoSansDevanagari", "NotoSansEthiopic", "NotoSansGeorgian", "NotoSansGujarati", "NotoSansGurmukhi"),
    *("NotoSansHebrew", "NotoSansKannada", "NotoSansKhmer", "NotoSansLao", "NotoSansMalayalam", "NotoSansMongolian"),
    *("NotoSansMyanmar", "NotoSansOriya", "NotoSansSinhala", "NotoSansSymbols", "NotoSansSymbols2", "NotoSansTamil"),
    *("NotoSansTelugu", "NotoSansThaana", "NotoSansThai", "NotoSansTifinagh", "NotoSerifTibetan"),
)
"""Every character of these is kept, with its layout features."""

CJK_FEATURES: Final = ("ccmp", "kern", "mark", "mkmk", "ljmo", "vjmo", "tjmo")
"""No vertical writing, no variants of other regions: they are most of the original's bytes."""

DRAWS_NOTHING: Final = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180E),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Unicode's Default_Ignorable_Code_Point, less U+180F, for which Typst asks a font all the same: needs no font."""

FORBIDDEN: Final = {*range(0x20), 0xFEFF}
"""By PDF/UA, even where a font has it."""


def blocks(*bounds: tuple[int, int]) -> set[int]:
    """Code points of whole ranges, ends included."""
    return {point for first, last in bounds for point in range(first, last + 1)}


def two_byte(codec: str, leads: range) -> set[int]:
    """Code points that a two-byte codec has for these lead bytes."""
    texts = (bytes((lead, trail)).decode(codec, "ignore") for lead in leads for trail in range(0x40, 0xFF))
    return {ord(text) for text in texts if len(text) == 1}


LATIN: Final = blocks((0x20, 0x7E), (0xA0, 0x24F), (0x2000, 0x206F), (0x20A0, 0x214F))
KANA: Final = blocks((0x3000, 0x30FF), (0xFF00, 0xFFEF))
OF_HEADINGS: Final = LATIN | KANA | two_byte("euc_jp", range(0xB0, 0xD0)) | two_byte("euc_kr", range(0xB0, 0xC9))
"""Kanji of JIS level 1 and the Hangul of KS X 1001. Only our own words stand in bold."""


def subset(font: TTFont, wanted: Iterable[int], features: Iterable[str]) -> TTFont:
    """The font with these characters only, without hints, its names in English."""
    options = Options(layout_features=list(features), notdef_outline=True, hinting=False, glyph_names=False)
    options.name_IDs, options.name_languages = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17], [0x409]
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=set(wanted) & set(font.getBestCmap()))
    subsetter.subset(font)
    return font


def fonts(debian: Path) -> Iterator[tuple[str, TTFont]]:
    """The name and content of each file."""
    noto, cjk = debian / "truetype/noto", debian / "opentype/noto"
    for name in WHOLE:
        font = TTFont(noto / f"{name}-Regular.ttf", recalcTimestamp=False)
        yield f"{name}-Regular.ttf", subset(font, font.getBestCmap(), "*")
    bold = TTFont(noto / "NotoSans-Bold.ttf", recalcTimestamp=False)
    yield "NotoSans-Bold.ttf", subset(bold, LATIN, "*")
    regular = TTFont(cjk / "NotoSansCJK-Regular.ttc", fontNumber=JAPANESE_FACE, recalcTimestamp=False)
    yield "NotoSansCJKjp-Regular.otf", subset(regular, regular.getBestCmap(), CJK_FEATURES)
    bold = TTFont(cjk / "NotoSansCJK-Bold.ttc", fontNumber=JAPANESE_FACE, recalcTimestamp=False)
    yield "NotoSansCJKjp-Bold.otf", subset(bold, OF_HEADINGS, CJK_FEATURES)


def ranges(points: set[int]) -> Iterator[str]:
    """`20-7E`, one a line, in hexadecimal."""
    ordered = sorted(points)
    firsts = [point for point in ordered if point - 1 not in points]
    lasts = [point for point in ordered if point + 1 not in points]
    return (f"{first:X}-{last:X}\n" for first, last in zip(firsts, lasts, strict=True))


def main(debian: Path) -> None:
    """`debian`: the folder that has truetype/ and opentype/."""
    characters = blocks(*DRAWS_NOTHING)
    for name, font in fonts(debian):
        characters |= set(font.getBestCmap())
        font.save(HERE / name)
    (HERE / "characters.txt").write_text("".join(ranges(characters - FORBIDDEN)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
