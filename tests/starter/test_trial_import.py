"""Importing files of trials: each once, what is refused told with its line."""

from collections import Counter
from pathlib import Path

from domain.trial.messages import Service, StartTrial
from tests.makers import a_consented_trial, a_customer, a_partner, a_trial
from tests.starter.conftest import Tenure
from tests.starter.test_csv import a_csv, flat
from tests.support.embedded import Background


def lines(*trials: StartTrial) -> str:
    return "\n".join(trial.model_dump_json(exclude_defaults=True) for trial in trials)


def a_new_one(trial_id: str) -> StartTrial:
    """Of a customer of its own: with a second trial it would not be new."""
    return a_trial(trial_id, customer=a_customer(id=f"c-{trial_id}"))


def test_a_file_is_imported_and_a_second_time_starts_nothing(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    file = tmp_path / "trials.jsonl"
    file.write_text(lines(*(a_new_one(f"T-62{number:02}") for number in range(8))), encoding="utf-8")

    first, again = tenure("trial", "import", file), tenure("trial", "import", file, "--json")

    assert first.code == 0, first.err
    assert first.out.splitlines()[-1] == "8 trials: 8 started"
    assert Counter(line.get("result") for line in again.lines) == {"already_started": 8, None: 1}
    assert {line.get("trial") for line in again.lines[:-1]} == {f"T-62{number:02}" for number in range(8)}


def test_a_csv_is_imported_too(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    rows = [flat(a_new_one(f"T-63{number:02}").model_dump(mode="json", exclude_defaults=True)) for number in range(3)]
    file = tmp_path / "trials.csv"
    file.write_text(a_csv(*rows), encoding="utf-8")

    assert tenure("trial", "import", file).out.splitlines()[-1] == "3 trials: 3 started"
    assert tenure("trial", "show", "T-6302").code == 0


def test_a_service_that_is_not_available_is_refused_with_its_reason(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    """TRL-21."""
    customer = a_customer(id="c-T-6400")
    ours = a_consented_trial("T-6400", Service.CALLING, customer=customer)
    theirs = a_consented_trial("T-6401", Service.CALLING, customer=customer, partner=a_partner("minami"))
    other = a_consented_trial("T-6402", Service.MESSAGING, customer=customer, partner=a_partner("minami"))
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_text(lines(ours), encoding="utf-8")
    second.write_text(lines(ours, theirs, other), encoding="utf-8")
    tenure("trial", "import", first)

    answered = tenure("trial", "import", second, "--json")

    told = {line["trial"]: line for line in answered.lines[:-1]}
    assert answered.code == 3
    assert {trial: line["result"] for trial, line in told.items()} == {
        "T-6400": "already_started",
        "T-6401": "refused",
        "T-6402": "started",
    }
    assert "calling: on trial with another partner" in told["T-6401"]["message"]
    assert told["T-6401"]["line"] == 2


def test_what_is_wrong_in_a_file_is_told_with_line_field_and_rule(tenure: Tenure, tmp_path: Path) -> None:
    good = lines(a_trial("T-6500"))
    file = tmp_path / "trials.jsonl"
    bad = [
        good,
        good.replace('"supported_location":true', '"supported_location":false'),
        good.replace("T-6500", "T 6500"),
        good.replace("Retail", "Wholesale"),
    ]
    file.write_text("\n".join(bad), encoding="utf-8")

    answered = tenure("trial", "import", file, "--dry-run")

    assert answered.code == 2
    assert answered.out.splitlines() == [
        "line 2: supported_location must be acknowledged: true (TRL-12)",
        "line 3: trial_id: must be 1 to 64 Latin letters, digits, dots, dashes or underscores, a letter or digit first",
        "line 4: trial_id: stands on line 1 too, with other content",
        "4 trials: 3 wrong",
    ]


def test_a_file_of_something_else_is_told(tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("sales_order_number,trial_idd\nSO-1,x\n", encoding="utf-8")
    (tmp_path / "empty.jsonl").write_text("\n")

    assert "column A is not a field of trial.start" in tenure("trial", "import", file).err
    assert "holds no trial" in tenure("trial", "import", tmp_path / "empty.jsonl").err
    assert "tenure trial start" in tenure("trial", "import", tmp_path / "trial.json").err
