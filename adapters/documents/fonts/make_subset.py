"""Make the two font files beside this script out of Debian's fonts-noto-cjk; run by hand, see README.md."""

from pathlib import Path
from typing import Any

from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont, newTable  # type: ignore[import-untyped]

SOURCE = "/usr/share/fonts/opentype/noto/NotoSansCJK-{weight}.ttc"
JAPANESE_FACE = 0  # the first face of the collection draws kanji the Japanese way
BEND = 1.0  # how far a quadratic curve may leave the cubic one, in thousandths of an em
HINTING_LIMITS = ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements", "SizeOfInstructions")


def every_character_of(codec: str, leads: range) -> set[int]:
    """Code points a two-byte codec knows, for the given lead bytes."""
    texts = (bytes((lead, trail)).decode(codec, "ignore") for lead in leads for trail in range(0x40, 0xFF))
    return {ord(text) for text in texts if len(text) == 1}


def blocks(*bounds: tuple[int, int]) -> set[int]:
    """Code points of whole Unicode blocks, ends included."""
    return {point for first, last in bounds for point in range(first, last + 1)}


LATIN = blocks((0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x52F), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x20A0, 0x214F))
KANA = blocks((0x3000, 0x30FF), (0x31F0, 0x31FF), (0xFF00, 0xFFEF))
HANGUL = blocks((0x3131, 0x318E), (0xAC00, 0xD7A3))
JAPANESE = every_character_of("shift_jis_2004", range(0x81, 0x100)) | every_character_of("cp932", range(0x81, 0x100))
KOREAN = every_character_of("euc_kr", range(0xA1, 0x100))
NAMES = {ord("𠮷")}  # outside JIS X 0213, and yet in company names

FIRST_LEVEL = every_character_of("euc_jp", range(0xB0, 0xD0))
REGULAR = LATIN | KANA | HANGUL | JAPANESE | KOREAN | NAMES
BOLD = LATIN | KANA | FIRST_LEVEL | {point for point in KOREAN if point in HANGUL}


def subset(font: TTFont, wanted: set[int]) -> None:
    """Keep the wanted characters and what a PDF needs of them: no hints, no layout features, names in English."""
    options = Options(layout_features=[], notdef_outline=True, hinting=False, glyph_names=False)
    options.name_IDs, options.name_languages = [0, 1, 2, 3, 4, 5, 6, 13, 14], [0x409]
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted & set(font.getBestCmap()))
    subsetter.subset(font)


def drawn_in_truetype(font: TTFont) -> dict[str, Any]:
    """Every glyph with quadratic outlines."""
    drawn, glyphs = {}, font.getGlyphSet()
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, BEND, reverse_direction=True))
        drawn[name] = pen.glyph()
    return drawn


def to_truetype(font: TTFont) -> None:
    """Trade CFF outlines for TrueType ones: PDF viewers of any age show these."""
    outlines = drawn_in_truetype(font)
    font["glyf"], font["loca"] = newTable("glyf"), newTable("loca")
    font["glyf"].glyphOrder, font["glyf"].glyphs = font.getGlyphOrder(), outlines
    del font["CFF "]
    font["post"].formatType = 3.0
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    for name in HINTING_LIMITS:
        setattr(limits, f"max{name}", 0)
    limits.maxZones = 1
    font.sfntVersion = "\x00\x01\x00\x00"


def make(weight: str, wanted: set[int]) -> None:
    """One file of the given weight."""
    font = TTFont(SOURCE.format(weight=weight), fontNumber=JAPANESE_FACE, recalcTimestamp=False)
    subset(font, wanted)
    to_truetype(font)
    font.save(Path(__file__).with_name(f"NotoSansCJKjp-{weight}.ttf"))


if __name__ == "__main__":
    make("Regular", REGULAR)
    make("Bold", BOLD)
