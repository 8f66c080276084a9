"""How alike two names are, 0 to 100: word by word, in whatever order, long words more than short ones. Pure."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel

from adapters.screening.names import Reading, Word

TRADE: Final = 0.25
"""What a trade weighs, where a word of six letters weighs 1. The numbers of this file are measured: ADR 26."""

NUMBER: Final = 1.0
"""What a number weighs; it is the same or another one."""

LETTERS: Final = 0.5
"""How much all letters count against the consonants alone."""

SHARPNESS: Final = 1.6
"""How many times over a difference within a word counts."""

BARE: Final = 0.15
"""What is lost where consonants alone are known, divided by how many: few say little."""

FORGIVING: Final = 0.6
"""How much it counts that all of one name is in the other, against that nothing of the other is left over."""

LONGEST_SPAN: Final = 3
"""Words that are compared as one: `Hao Lan Ting` with `Haolanting`."""


class _Pair(NamedTuple):
    alike: float
    ours: range
    theirs: range


def likeness(one: Reading, other: Reading) -> float:
    """0 to 100."""
    pairs = list(_best_pairs(one.words, other.words))
    same = TRADE * len(one.trades & other.trades) + NUMBER * len(one.numbers & other.numbers)
    covered = sorted(
        (
            _covered(one, same, [(pair.alike, pair.ours) for pair in pairs]),
            _covered(other, same, [(pair.alike, pair.theirs) for pair in pairs]),
        )
    )
    return 100 * (FORGIVING * covered[1] + (1 - FORGIVING) * covered[0])


def _covered(reading: Reading, same: float, found: Sequence[tuple[float, range]]) -> float:
    """How much of a name is in the other one, 0 to 1."""
    weights = [word.weight for word in reading.words]
    total = sum(weights) + TRADE * len(reading.trades) + NUMBER * len(reading.numbers)
    return (same + sum(alike * sum(weights[at] for at in span) for alike, span in found)) / total if total else 0.0


def _best_pairs(ours: Sequence[Word], theirs: Sequence[Word]) -> Iterator[_Pair]:
    """Each word in one pair at most; the best pairs first, the longer of equally good ones."""
    pairs = sorted(_pairs(ours, theirs), key=lambda pair: (pair.alike, len(pair.ours) + len(pair.theirs)), reverse=True)
    left, right = set(range(len(ours))), set(range(len(theirs)))
    for pair in pairs:
        if left.issuperset(pair.ours) and right.issuperset(pair.theirs):
            left.difference_update(pair.ours)
            right.difference_update(pair.theirs)
            yield pair


def _pairs(ours: Sequence[Word], theirs: Sequence[Word]) -> Iterator[_Pair]:
    yours = [(span, _joined(theirs, span)) for span in _spans(len(theirs))]
    for mine in _spans(len(ours)):
        written = _joined(ours, mine)
        for span, other_ways in yours:
            if len(mine) == 1 or len(span) == 1:
                alike = max(_alike(one, other) for one in written for other in other_ways)
                if alike > 0:
                    yield _Pair(alike, mine, span)


def _spans(count: int) -> Iterator[range]:
    for begin in range(count):
        for end in range(begin + 1, min(begin + LONGEST_SPAN, count) + 1):
            yield range(begin, end)


def _joined(words: Sequence[Word], span: range) -> Sequence[Word]:
    """As one; all of a name's also with the last one in front: `Eunbyeol Ryu` is written `Ryueunbyeol`."""
    if len(span) == 1:
        return words[span.start : span.stop]
    together = tuple(words[span.start : span.stop])
    turned = [_join(together[-1:] + together[:-1])] if len(span) == len(words) else []
    return [_join(together), *turned]


@lru_cache(maxsize=1000)
def _join(words: tuple[Word, ...]) -> Word:
    letters = "".join(word.letters for word in words) if all(word.letters for word in words) else ""
    signs = sum((word.signs for word in words), ()) if all(word.signs for word in words) else ()
    return Word(letters, "".join(word.bones for word in words), signs)


def _alike(one: Word, other: Word) -> float:
    """0 to 1, after `SHARPNESS`."""
    if one.signs and other.signs:
        alike = Indel.normalized_similarity(one.signs, other.signs)
    elif not one.letters or not other.letters:
        mine, theirs = one.bones.replace("v", ""), other.bones.replace("v", "")
        alike = Indel.normalized_similarity(mine, theirs) * (1 - BARE / max(len(mine), len(theirs), 1))
    else:
        alike = LETTERS * Indel.normalized_similarity(one.letters, other.letters)
        alike += (1 - LETTERS) * Indel.normalized_similarity(one.bones, other.bones)
    return max(0.0, 1 - SHARPNESS * (1 - alike))
