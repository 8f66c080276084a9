"""Bytes of a mail to text: the charset that is declared, what programs really send under its name, then UTF-8."""

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

REALLY: Final = {
    "shift_jis": ("cp932", "shift_jis_2004"),
    "cp932": ("cp932", "shift_jis_2004"),
    "euc_jp": ("euc_jp", "euc_jis_2004"),
    "euc_kr": ("cp949",),
    "johab": ("johab",),
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "gb18030": ("gb18030",),
    "big5": ("cp950", "big5hkscs"),
    "big5hkscs": ("big5hkscs", "cp950"),
    "iso8859-1": ("cp1252", "latin_1"),
    "iso8859-9": ("cp1254",),
    "iso8859-11": ("cp874",),
    "tis-620": ("cp874",),
    "ascii": ("ascii",),
    "utf-8": ("utf-8",),
    "utf-16": ("utf-16",),
    "utf-32": ("utf-32",),
    "utf-7": ("utf-7",),
}
"""By Python's name of what is declared: what it is read as, one after the other. A superset comes first."""

UNDER_OTHER_NAMES: Final = {
    "ks_c_5601-1987": "euc_kr",
    "ks_c_5601": "euc_kr",
    "ksc5601": "euc_kr",
    "x-windows-949": "euc_kr",
    "windows-949": "euc_kr",
    "cp51932": "euc_jp",
    "eucjp-ms": "euc_jp",
    "x-euc-jp": "euc_jp",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-gbk": "gbk",
    "x-big5": "big5",
    "windows-874": "tis-620",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
}
"""Names that Python does not know, and mail programs write."""

PLAIN: Final = re.compile(r"(iso8859-\d+|cp12\d\d|cp8\d\d|cp437|koi8-[rtu]|mac-\w+|utf-(16|32)-[lb]e|hz|iso2022_kr)")
"""Of the other encodings those of text. Others, such as Punycode, are none of a mail, and slow on purpose-made text."""

MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks: they say more than any declaration. The longer ones first."""

JIS_FAMILY: Final = re.compile(r"(cs)?(iso-?2022-?jp[\w-]*|cp5022[0-2]|jis)", re.IGNORECASE)
JIS_ESCAPE: Final = re.compile(rb"\x1b([($][@-Z]|\$\(D)")
"""Where ISO-2022-JP changes its character set."""

SHIFT: Final = re.compile(rb"[\x0e\x0f]")


UNREADABLE: Final = "some characters could not be read"


class Decoded(NamedTuple):
    """Text, and a word to people where it is not quite what was sent."""

    text: str
    note: str = ""


def decoded(content: bytes, charset: str | None) -> Decoded:
    """Never fails: what nobody can read becomes U+FFFD, and the note says so."""
    for mark, encoding in MARKS:
        if content.startswith(mark) and (read := _strictly(content, encoding)) is not None:
            return Decoded(read)
    for encoding in _candidates(content, charset):
        if (read := _strictly(content, encoding)) is not None:
            return Decoded(read)
    jis = _is_jis(content, charset)
    if (read := None if jis and content.isascii() else _strictly(content, "utf-8")) is not None:
        return Decoded(read)
    read = _jis(content) if jis else content.decode("utf-8", "replace")
    return Decoded(read, UNREADABLE if "\N{REPLACEMENT CHARACTER}" in read else "")


def _candidates(content: bytes, charset: str | None) -> Iterator[str]:
    """Encodings to try, strictly."""
    name = (charset or "").strip().strip("\"'").lower()
    if JIS_FAMILY.fullmatch(name):
        return
    known = _known(UNDER_OTHER_NAMES.get(name, name))
    if known == "utf-16":
        yield "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
    elif known == "ascii" and _is_jis(content, charset):
        return
    elif known in REALLY:
        yield from REALLY[known]
    elif known and PLAIN.fullmatch(known):
        yield known


def _known(name: str) -> str:
    """Python's own name for it; empty if it is none."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._:-]{0,39}", name):
        return ""
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _is_jis(content: bytes, charset: str | None) -> bool:
    """Declared, or written by escapes where nothing or ASCII is declared."""
    name = (charset or "us-ascii").strip().lower()
    if JIS_FAMILY.fullmatch(name):
        return True
    return _known(name) == "ascii" and content.isascii() and JIS_ESCAPE.search(content) is not None


def _jis(content: bytes) -> str:
    """ISO-2022-JP as it is really sent: with ①, ㈱ and half-width katakana (CP50221), which the standard has not."""
    kinds: dict[bytes, Callable[[bytes], str]] = {b"$@": _double, b"$B": _double, b"(I": _half, b"$(D": _supplement}
    read: list[str] = []
    kind: Callable[[bytes], str] = _single
    at = 0
    for escape in JIS_ESCAPE.finditer(content):
        read.append(kind(content[at : escape.start()]))
        kind, at = kinds.get(escape[1], _single), escape.end()
    return "".join([*read, kind(content[at:])])


def _single(part: bytes) -> str:
    """ASCII, or what was sent with eight bits all the same; between shifts half-width katakana."""
    if b"\x0e" not in part:
        return part.decode("cp932" if not part.isascii() else "ascii", "replace")
    pieces = SHIFT.split(part)
    return "".join(
        _half(piece) if number % 2 else piece.decode("cp932", "replace") for number, piece in enumerate(pieces)
    )


def _half(part: bytes) -> str:
    return bytes(byte | 0x80 if byte > 0x20 else byte for byte in part).decode("cp932", "replace")  # noqa: PLR2004


def _double(part: bytes) -> str:
    """Rows and cells of JIS X 0208 in their places of CP932, which has NEC's and IBM's own characters too."""
    lines = re.split(rb"([\r\n]+)", part)
    return "".join(line.decode("ascii") if number % 2 else _cells(line) for number, line in enumerate(lines))


def _cells(line: bytes) -> str:
    found = bytearray()
    for row, cell in zip(line[::2], line[1::2], strict=False):
        lead = (row + 1 >> 1) + (0x70 if row < 0x5F else 0xB0)  # noqa: PLR2004 - where Shift_JIS has its gap
        found += bytes([lead & 0xFF, (cell + (0x1F if cell < 0x60 else 0x20) if row & 1 else cell + 0x7E) & 0xFF])  # noqa: PLR2004
    if len(line) % 2:
        found += line[-1:]
    return found.decode("cp932", "replace")


def _supplement(part: bytes) -> str:
    """JIS X 0212."""
    pairs = zip(part[::2], part[1::2], strict=False)
    return b"".join(bytes([0x8F, row | 0x80, cell | 0x80]) for row, cell in pairs).decode("euc_jp", "replace")
