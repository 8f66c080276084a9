"""How names are read: every script in Latin letters, legal forms left out, trades under one word. WHS-23, WHS-24."""

import pytest

from adapters.screening.likeness import likeness
from adapters.screening.names import readings
from adapters.screening.scripts import abjad_skeleton, folded, korean, romaji, skeleton
from adapters.screening.words import TRADES


def said(name: str) -> str:
    return " | ".join(reading.said for reading in readings(name))


def alike(one: str, other: str) -> float:
    return max(likeness(mine, yours) for mine in readings(one) for yours in readings(other))


@pytest.mark.parametrize(
    "form",
    [
        "株式会社{}",
        "{}株式会社",
        "(株){}",
        "{}（株）",
        "㈱{}",
        "{}有限会社",
        "合同会社{}",
        "{}有限公司",
        "{}股份有限公司",
    ],
)
def test_legal_forms_in_chinese_signs_are_left_out_wherever_they_stand(form: str) -> None:
    assert readings(form.format("月影")) == readings("月影")


@pytest.mark.parametrize("form", ["주식회사 {}", "{} 주식회사", "(주){}", "{}(주)", "㈜{}", "유한회사 {}"])
def test_korean_legal_forms_are_left_out(form: str) -> None:
    assert readings(form.format("한별")) == readings("한별")


@pytest.mark.parametrize("form", ["شركة {}", "{} ذ.م.م", "شرکت {}", "مؤسسة {}", "{} ش.م.م"])
def test_arabic_and_persian_legal_forms_are_left_out(form: str) -> None:
    assert readings(form.format("مهران")) == readings("مهران")


@pytest.mark.parametrize(
    "form",
    [
        *("{} Co., Ltd.", "{} GmbH & Co. KG", "{} SARL", "{} S.A.R.L.", "{}, Inc.", "{} L.L.C.", "{} Sp. z o.o."),
        *("{} A.Ş.", "{} s.r.o.", "{} Sdn. Bhd.", "OOO {}", "ООО «{}»", "ПАО {}", "{} K.K.", "{} Kabushiki Kaisha"),
        *(
            "{} A/S",
            "{} ApS",
            "{} Limited Liability Company",
            "Cong ty TNHH {}",
            "{} Pte. Ltd.",
            "{} FZCO",
            "{} d.o.o.",
        ),
        *("PT {} Tbk", "The {} Co", "{} Kabushiki Gaisha", "{} Public Joint Stock Company", "{} B.V.", "{} Oyj"),
    ],
)
def test_legal_forms_in_letters_are_left_out(form: str) -> None:
    assert readings(form.format("Zorbelin")) == readings("Zorbelin")


@pytest.mark.parametrize(("name", "words"), [("AS Roma", "roma"), ("Roma AS Calcio", "roma as calcio")])
def test_a_short_legal_form_counts_at_an_end_of_the_name_only(name: str, words: str) -> None:
    assert said(name) == words


@pytest.mark.parametrize("name", ["Company Ltd", "GmbH", "株式会社"])
def test_a_name_of_legal_forms_alone_keeps_one_of_them(name: str) -> None:
    assert said(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ciénaga Dorada", "cienaga dorada"),
        ("Łódź-Straße Æra Þór", "lodz strasse aera thor"),
        ("Северный Щит", "severnyy shchit"),
        ("Θαλασσοπούλι", "thalassopouli"),
        ("새벽빛", "saebyeokbit"),
        ("シュミット・トヨカワ", "shumitto toyokawa"),
        ("ﾄﾖｶﾜ", "toyokawa"),
        ("A & C Quill", "ac quill"),
        ("54th Brightwharf", "brightwharf, 54"),
        ("백학송 7호", "baekhaksong, 7"),
        ("An-Nakhla, El Qasim", "nakhla qasim"),
    ],
)
def test_every_script_is_read_in_latin_letters(name: str, words: str) -> None:
    assert said(name) == words


def test_chinese_signs_are_read_as_a_japanese_and_as_a_chinese_reads_them() -> None:
    """Nobody can tell from the signs alone."""
    assert said("月影精機株式会社") == "tsukikage, machinery, precision | yueying, machinery, precision"
    assert said("東海林ミライ") != said("東海林"), "kana beside them: it is Japanese"
    assert len(readings("東海林ミライ")) == 1


@pytest.mark.parametrize(
    "written",
    ["Vorob'yanskiy", "Vorobyanskiy", "Worobjanskij", "Vorobianski", "Vorobyansky"],
)
def test_romanisations_of_a_name_have_their_folded_letters_in_common(written: str) -> None:
    assert folded(written.lower().replace("'", "")) == "vorobianski"


KANA = {
    "シュミット": "shumitto",
    "ギョーザ": "gyoza",
    "ウィーン": "win",
    "ヴァイオレット": "vaioretto",
    "マッチャ": "maccha",
    "チェコ": "cheko",
}
HANGUL = {"옥탑": "oktap", "별하랑": "byeolharang", "달리": "dalli", "룡": "ryong"}


@pytest.mark.parametrize(("kana", "letters"), KANA.items())
def test_kana_are_written_as_hepburn_writes_them(kana: str, letters: str) -> None:
    assert romaji(kana) == letters


@pytest.mark.parametrize(("hangul", "letters"), HANGUL.items())
def test_hangul_is_written_as_the_revised_romanization_writes_it(hangul: str, letters: str) -> None:
    assert korean(hangul) == letters


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [("قاسم", "Qasim"), ("قاسم", "Ghasem"), ("طرابلسي", "Trabulsi"), ("ذهبية", "Zahabia"), ("ذهبية", "Dhahabiyah")],
)
def test_arabic_without_vowels_is_compared_by_its_consonants(arabic: str, latin: str) -> None:
    assert abjad_skeleton(arabic) == skeleton(folded(latin.lower()))


def test_arabic_with_vowel_signs_or_another_alif_is_the_same_name() -> None:
    assert readings("نَدِيم الطَّرَابُلْسِيّ") == readings("نديم الطرابلسي")
    assert readings("إبن الفرقد") == readings("ابن الفرقد")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("銀嶺化成", "Ginrei Chemicals"),
        ("새벽빛전자", "Saebyeokbit Electronics"),
        ("النخلة للتجارة", "Nakhla Trading"),
        ("Белогор моторный завод", "Belogor Motor Plant"),
        ("云海光电科技", "Yunhai Optoelectronic Technology"),
    ],
)
def test_a_trade_is_the_same_in_every_language(one: str, other: str) -> None:
    assert {reading.trades for reading in readings(one)} == {reading.trades for reading in readings(other)}


def test_a_word_stands_for_one_trade_only() -> None:
    words = [word for trade, some in TRADES.items() for word in {trade, *some}]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oswin Tremblethwaite", "TREMBLETHWAITE, Oswin"),
        ("Thunder Quill", "Thunderquill"),
        ("Hao Lan Ting", "Haolanting"),
        ("강 바람성", "강바람성"),
        ("Zorbelin Marine", "zorbelin  MARITIME"),
        ("雲海天璣", "云海天玑"),
    ],
)
def test_order_spaces_capitals_and_traditional_signs_change_nothing(one: str, other: str) -> None:
    assert alike(one, other) == pytest.approx(100)


def test_how_alike_is_the_same_in_both_directions() -> None:
    for one, other in [
        ("Zorbelin Maritime", "Korbelin Marine Supplies"),
        ("月影精機", "Tsukikage"),
        ("قاسم", "Qasim Jr"),
    ]:
        assert alike(one, other) == pytest.approx(alike(other, one))


def test_a_trade_alone_makes_nobody_alike() -> None:
    assert alike("Zorbelin Electronics Trading", "Falkenried Electronics Trading") < 40


def test_another_number_is_somebody_else() -> None:
    assert alike("Paekhaksong 7", "Paekhaksong 9") < 76 < alike("Paekhaksong 7", "Paekhaksong No. 7")


def test_a_name_without_a_letter_is_like_nobody() -> None:
    assert alike("☂☂☂", "Zorbelin") == 0
    assert alike("☂☂☂", "☂☂☂") == 0
