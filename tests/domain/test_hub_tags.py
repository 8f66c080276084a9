"""What a tag may be: at most 25 characters and five of them, each once, replaced as a whole. HUB-20."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.hub.tags import LONGEST, MOST, same, spelled, typed, wanted
from domain.reasons import Reason
from domain.values import Refused


@pytest.mark.parametrize(
    ("given_tags", "kept"),
    [
        ([], ()),
        (["VIP"], ("VIP",)),
        (["  VIP  "], ("VIP",)),
        (["　関東　"], ("関東",)),
        (["two   words"], ("two words",)),
        (["b", "a", "C"], ("a", "b", "C")),
        (["VIP", "vip", "ＶＩＰ", "V\u200bIP"], ("VIP",)),
        (["cafe\u0301"], ("café",)),
        (["café", "cafe\u0301"], ("café",)),
        (["a" * 25], ("a" * 25,)),
        (["大" * 25], ("大" * 25,)),
        (["e\u0301" * 25], ("é" * 25,)),
        (["1", "2", "3", "4", "5"], ("1", "2", "3", "4", "5")),
        (["1", "2", "3", "4", "5", "5"], ("1", "2", "3", "4", "5")),
        (["=1+1"], ("=1+1",)),
    ],
)
def test_tags_are_trimmed_composed_and_each_once(given_tags: list[str], kept: tuple[str, ...]) -> None:
    assert wanted(given_tags) == kept


@pytest.mark.parametrize(
    ("given_tags", "field", "code", "words"),
    [
        (["ok", ""], "tags[1]", Reason.TOO_SHORT, "must not be empty"),
        (["  "], "tags[0]", Reason.TOO_SHORT, "must not be empty"),
        (["\u200b"], "tags[0]", Reason.WRONG_FORM, "nobody sees"),
        (["a" * 26], "tags[0]", Reason.TOO_LONG, "at most 25 characters, not 26"),
        (["大" * 26], "tags[0]", Reason.TOO_LONG, "at most 25 characters, not 26"),
        (["1", "2", "3", "4", "5", "6"], "tags", Reason.TOO_LONG, "at most 5 tags"),
        (["a,b"], "tags[0]", Reason.WRONG_FORM, "comma"),
        (["a、b"], "tags[0]", Reason.WRONG_FORM, "comma"),
        (["a\nb"], "tags[0]", Reason.WRONG_FORM, "line break"),
        (["a\tb"], "tags[0]", Reason.WRONG_FORM, "control"),
        (["a\u202eb"], "tags[0]", Reason.WRONG_FORM, "direction"),
    ],
)
def test_what_is_no_tag_is_refused_at_its_field(given_tags: list[str], field: str, code: Reason, words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        wanted(given_tags)
    problem = refused.value.problem
    assert (problem.field, problem.code, problem.rule) == (field, code, "HUB-20")


@pytest.mark.parametrize(
    ("text", "tags"),
    [("", []), (" , ,", []), ("VIP", ["VIP"]), ("VIP, 関東、two words，x\ny", ["VIP", "関東", "two words", "x", "y"])],
)
def test_one_field_holds_many_tags(text: str, tags: list[str]) -> None:
    assert typed(text) == tags


def test_a_tag_that_others_have_is_spelled_as_they_do() -> None:
    assert spelled(("vip", "new", "かな"), ["VIP", "カナ"]) == ("new", "VIP", "かな")


@given(st.lists(st.text(max_size=8), max_size=6))
def test_what_is_kept_is_kept_again_unchanged(tags: list[str]) -> None:
    try:
        kept = wanted(tags)
    except Refused:
        return
    assert wanted(kept) == kept
    assert len({same(tag) for tag in kept}) == len(kept) <= MOST
    assert all(tag == unicodedata.normalize("NFC", tag) and 0 < len(tag) <= LONGEST for tag in kept)
