"""How good screening is, measured with invented names in six scripts. WHS-20 to WHS-24, ADR 26."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from activities.ports.screening import ListEntry
from adapters.screening.embedded import EmbeddedScreening
from adapters.setting_groups import Screening
from domain.compliance.screening import Screened
from tests.screening_names import Lists, Measured, an_entry, entries, measured, pairs

SCRIPTS = ("latin", "japanese", "korean", "chinese", "arabic", "cyrillic")
CHOSEN = Screening().threshold
ROOT = Path(__file__).parents[2]


def test_the_set_has_enough_names_in_each_script_and_each_entry_is_somebody() -> None:
    assert len(pairs()) >= 300
    true, false = (Counter(pair.script for pair in pairs() if bool(pair.entry) is there) for there in (True, False))
    assert set(true) == set(false) == set(SCRIPTS)
    assert min(true.values()) >= 45
    assert min(false.values()) >= 25
    assert {pair.entry for pair in pairs() if pair.entry} == {entry.entry for entry in entries()}
    assert len({(pair.name, pair.country) for pair in pairs()}) == len(pairs()), "each once"


def test_at_the_default_threshold_few_are_missed_and_few_are_reported_wrongly() -> None:
    """Half of the set are names made to be mistaken, so that true customers fare better than this precision."""
    every = measured(CHOSEN)
    assert every.recall >= 0.95
    assert every.precision >= 0.95


def test_names_that_nothing_was_chosen_by_are_found_too() -> None:
    held_out = measured(CHOSEN, [pair for pair in pairs() if pair.held_out])
    assert held_out.recall >= 0.87
    assert held_out.precision >= 0.95


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_script_is_left_behind(script: str) -> None:
    some = measured(CHOSEN, [pair for pair in pairs() if pair.script == script])
    assert some.recall >= 0.87
    assert some.precision >= 0.92


def test_the_threshold_is_the_lowest_at_which_one_in_twenty_is_reported_wrongly() -> None:
    """A missed party is worse than a review."""
    good_enough = [threshold for threshold in range(60, 100, 2) if measured(threshold).precision >= 0.95]
    assert min(good_enough) == CHOSEN


def test_the_table_in_the_decision_is_what_is_measured() -> None:
    text = next((ROOT / "docs" / "adr").glob("0026-*.md")).read_text(encoding="utf-8")
    rows = re.findall(r"^\| \**(\d+)\** \| ([\d.]+) \| ([\d.]+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    assert len(rows) >= 8
    for threshold, *numbers in rows:
        assert numbers == _row(measured(float(threshold))), threshold


def _row(at: Measured) -> list[str]:
    return [f"{at.precision:.3f}", f"{at.recall:.3f}", str(at.wrong), str(at.missed)]


# The lists in examples/


def _example(name: str, delimiter: str) -> list[dict[str, str]]:
    with (ROOT / "examples" / "screening" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def _listed() -> list[ListEntry]:
    rows = _example("consolidated.csv", ",")
    return [
        an_entry(
            row["_id"], row["name"], aliases=tuple(filter(None, row["alt_names"].split("; "))), source=row["source"]
        )
        for row in rows
    ]


@pytest.mark.parametrize(
    ("customer", "listed"),
    [
        ("月影精機", "Tsukikage Seiki Kabushiki Kaisha"),
        ("Hanbyeol Precision", "Hanbyeol Jeongmil Co., Ltd."),
        ("云海天玑光电科技", "Yunhai Tianji Optoelectronic Technology"),
        ("النخلة الذهبية للتجارة", "Al Nakhla Al Zahabia Trading FZE"),
        ("Северный Прибор Охта", "OOO Severny Pribor Okhta"),
        ("Fournier Delacombe Optronique", "Fournier-Delacombe Optronique SARL"),
    ],
)
async def test_the_list_in_examples_finds_customers_in_six_scripts(customer: str, listed: str) -> None:
    (names,) = [entry for entry in _listed() if entry.name == listed]
    matches = (
        await EmbeddedScreening(Lists(csl_1=_listed()), CHOSEN).screen(Screened(name=customer, country="US"))
    ).matches
    assert matches[0].entry == names.entry


CONSOLIDATED = """
    _id source entity_number type programs name title addresses federal_register_notice start_date end_date
    standard_order license_requirement license_policy call_sign vessel_type gross_tonnage gross_registered_tonnage
    vessel_flag vessel_owner remarks source_list_url alt_names citizenships dates_of_birth nationalities places_of_birth
    source_information_url ids
"""
DENIED = """
    Name Street_Address City State Country Postal_Code Effective_Date Expiration_Date Standard_Order Last_Update Action
    FR_Citation
"""


def test_the_lists_in_examples_have_the_columns_of_the_real_ones() -> None:
    assert list(_example("consolidated.csv", ",")[0]) == CONSOLIDATED.split()
    assert list(_example("denied-persons.txt", "\t")[0]) == DENIED.split()
