"""What a language is called in the language of a reader: by CLDR, and by its tag where that has no name."""

from collections.abc import Mapping
from typing import Final

from babel import Locale
from babel.core import get_global

from adapters.mail.reader import FactMissing, Reader
from domain.values import Language

_SCRIPT: Final = 4
"""Letters of a script's code; a country's has two."""

_NARROWED: Final[Mapping[Language, tuple[str, str]]] = {
    Language.JAPANESE: ("{name}（{rest}）", "、"),
    Language.KOREAN: ("{name}({rest})", ", "),
    Language.FRENCH: ("{name} ({rest})", ", "),
    Language.ENGLISH: ("{name} ({rest})", ", "),
}
"""A language of one country or script, and what stands between the two."""


def language_name(tag: str | None, reader: Reader) -> str:
    """`pt-BR` is ポルトガル語（ブラジル）, 포르투갈어(브라질), Brazilian Portuguese. OPT-02 (a)."""
    if tag is None:
        raise FactMissing("the mail names a language that is not among its facts")
    locale = Locale.parse(reader.language.value)
    first, *rest = tag.split("-")
    parts = [get_global("language_aliases").get(first, first), *rest]
    for known in range(len(parts), 0, -1):
        name = locale.languages.get("_".join(parts[:known]))
        if name is not None:
            return _narrowed(name, [_part(locale, part) for part in parts[known:]], reader.language)
    return tag


def _narrowed(name: str, rest: list[str], language: Language) -> str:
    pattern, comma = _NARROWED[language]
    return pattern.format(name=name, rest=comma.join(rest)) if rest else name


def _part(locale: Locale, code: str) -> str:
    names = locale.scripts if len(code) == _SCRIPT else locale.territories
    return str(names.get(code, code))
