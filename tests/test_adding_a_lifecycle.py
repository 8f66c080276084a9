"""A lifecycle is added by what is its own: no product file is edited for the library card of `tests/card`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from domain.lifecycles import KINDS
from starter.__main__ import main
from tests.card.kind import CARD, NAME, RequestCard
from tests.card.workflow import Card
from tests.support.embedded import Background, in_background
from tests.support.environment import eventually
from workflows.registry import WORKFLOWS

START = {
    "by": "upstream",
    "card_id": "C-1",
    "customer_id": "akasaka",
    "partner_id": "hikari",
    "zone": "Asia/Tokyo",
    "holder": {
        "first_name": "Hanako",
        "last_name": "Yamada",
        "email": "hanako.yamada@akasaka.example.com",
        "language": "en",
        "zone": "Asia/Tokyo",
    },
}


@pytest.fixture(scope="module")
def service() -> Iterator[Background]:
    """A real server, the real worker and store, and one more row in the table."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(KINDS, NAME, CARD)
        WORKFLOWS.append(Card)  # the one list: whoever has imported it sees it
        try:
            with in_background() as running:
                for name, value in running.env.reach.items():
                    patched.setenv(name, value)
                yield running
        finally:
            WORKFLOWS.remove(Card)


@pytest.fixture
def tenure(service: Background, capsys: pytest.CaptureFixture[str], tmp_path: Any) -> Any:
    """A command, and what it printed; it must succeed, or end with the code given."""

    def run(*words: str, fails: int = 0) -> str:
        capsys.readouterr()
        code = main(list(words))
        printed = capsys.readouterr()
        assert code == fails, printed
        return printed.err if fails else printed.out

    return run


def of(service: Background, subject: str) -> list[str]:
    """What the store says happened."""
    return [event.type for event in service.store.events(NAME, subject)]


def start_file(tmp_path: Any, card_id: str) -> str:
    path = tmp_path / f"{card_id}.json"
    path.write_text(json.dumps(START | {"card_id": card_id}))
    return str(path)


def test_it_lives_its_life_by_commands_only(service: Background, tenure: Any, tmp_path: Any) -> None:
    """Started, shown, listed, moved on by its own updates and those of operators; its one mail goes out once."""
    tenure("card", "start", start_file(tmp_path, "C-1"))
    assert '"requested"' in tenure("card", "show", "C-1", "--json")
    assert [line["id"] for line in json.loads(tenure("card", "list", "--json"))["cards"]] == ["C-1"]
    refused = tenure("card", "give-back", "C-1", "--by", "ops-7", fails=3)
    assert "cannot give the card back: the card is requested" in refused
    tenure("card", "hold", "C-1", "--by", "ops-7", "--reason", "the printer is broken")
    tenure("card", "resume", "C-1", "--by", "ops-7")
    tenure("card", "issue", "C-1", "--by", "ops-7", "--shelf", "A 3")
    service.do(eventually(lambda: "mail.sent" in of(service, "C-1")))
    (mail,) = service.store.mails(NAME, "C-1")
    assert (mail.key, mail.recipient) == ("card-C-1/card_ready", "holder")
    tenure("card", "give-back", "C-1", "--by", "ops-7")
    assert service.do(service.client.get_workflow_handle("card-C-1").result()) == "returned"
    assert of(service, "C-1")[0] == "card.requested"
    assert of(service, "C-1")[-1] == "card.returned"


def test_its_id_is_taken_once(service: Background, tenure: Any, tmp_path: Any) -> None:
    """R9: the same start again is the same; another content is a conflict."""
    tenure("card", "start", start_file(tmp_path, "C-2"))
    tenure("card", "start", start_file(tmp_path, "C-2"))
    other = tmp_path / "other.json"
    other.write_text(json.dumps(START | {"card_id": "C-2", "customer_id": "another"}))
    tenure("card", "start", str(other), fails=4)


def test_audit_finds_it_as_it_is_and_sees_when_its_row_is_not(service: Background, tenure: Any, tmp_path: Any) -> None:
    tenure("card", "start", start_file(tmp_path, "C-3"))
    found = json.loads(tenure("audit", "--json"))
    assert found["compared"] >= 1
    assert "card-C-3" not in json.dumps(found["findings"])


def test_history_tells_it(service: Background, tenure: Any, tmp_path: Any) -> None:
    tenure("card", "start", start_file(tmp_path, "C-4"))
    tenure("card", "issue", "C-4", "--by", "ops-7", "--shelf", "A 3")
    told = tenure("history", "card-C-4")
    assert "issue" in told
    assert "Record: issued" in told


def test_a_forecast_knows_its_deadline_and_the_rule(service: Background, tenure: Any, tmp_path: Any) -> None:
    lines = [
        json.loads(line) for line in tenure("forecast", "card", start_file(tmp_path, "C-5"), "--json").splitlines()
    ]
    assert "CRD-2" in json.dumps(lines)
    assert "Card late: alert" in json.dumps(lines)


def test_schemas_and_desk_know_it(service: Background, tenure: Any) -> None:
    assert "card_id" in tenure("schema", "card.start")
    assert "shelf" in tenure("schema", "card.issue")
    assert "cards to be made" in tenure("desk")


def test_what_is_not_valid_is_refused_at_the_door(service: Background, tenure: Any, tmp_path: Any) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(START | {"zone": "Atlantis"}))
    tenure("card", "start", str(path), fails=2)
    assert RequestCard.model_fields.keys() >= {"card_id", "holder"}
