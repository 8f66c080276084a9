"""A lifecycle is added by what is its own: no product file is edited for the library card of `tests/card`, nor for its
pages."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.hub_book import HubBook
from domain.hub.policy import HubPolicy
from domain.lifecycles import KINDS
from domain.values import Source
from starter.__main__ import main
from tests.card.kind import CARD, NAME, RequestCard
from tests.card.workflow import Card
from tests.support.embedded import Background, in_background
from tests.support.environment import eventually
from tests.support.page_reader import Browser, errors_in, said_in
from tests.support.web_site import Site, populate
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


@pytest.fixture(scope="module")
def operator(service: Background) -> Browser:
    """Somebody of the vendor, on the pages of the same store."""
    site = populate(Site(service.store, client=service.client))
    site.now = datetime.now(UTC)
    return Browser(site.client("operator"), service.do)


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


def test_pages_list_it_and_their_forms_move_it_on(
    service: Background, tenure: Any, operator: Browser, tmp_path: Any
) -> None:
    """The operations page, the calendar, and a form made from the update's message: nothing there names a lifecycle."""
    tenure("card", "start", start_file(tmp_path, "C-6"))
    tenure("card", "hold", "C-6", "--by", "ops-7", "--reason", "the printer is broken")
    service.do(service.env.settled(service.client.get_workflow_handle("card-C-6")))
    assert "the printer is broken" in operator.get("/operations").text
    assert "/act/card/C-6/resume" in operator.get("/operations").text
    due = service.store.state(NAME, "C-6").agenda.pending[0].at
    assert "Card late: alert" in operator.get(f"/operations/calendar?month={due:%Y-%m}").text
    assert operator.fill("/act/card/C-6/resume", reason="a new one").status_code == 303
    empty = operator.fill("/act/card/C-6/issue", shelf="")
    assert (empty.status_code, list(errors_in(empty))) == (422, ["shelf"])
    taken = operator.fill("/act/card/C-6/issue", shelf="A 3")
    assert taken.status_code == 303, said_in(taken)
    service.do(service.env.settled(service.client.get_workflow_handle("card-C-6")))
    (issued,) = [event for event in service.store.events(NAME, "C-6") if event.type == "card.issued"]
    assert (issued.actor, issued.source) == ("operator", Source.OPERATOR)


def test_the_hub_derives_nothing_from_it_and_is_not_troubled(
    service: Background, tenure: Any, operator: Browser, tmp_path: Any
) -> None:
    """HUB-10: it is no subscription and no trial of a customer, so the list does not change."""
    operator.get("/")  # what it has to say once, it has said
    before = operator.get("/").text
    tenure("card", "start", start_file(tmp_path, "C-7"))
    service.do(service.env.settled(service.client.get_workflow_handle("card-C-7")))
    HubBook(service.store, HubPolicy(), {}).catch_up(datetime.now(UTC))
    assert operator.get("/").text == before


def test_what_is_not_valid_is_refused_at_the_door(service: Background, tenure: Any, tmp_path: Any) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(START | {"zone": "Atlantis"}))
    tenure("card", "start", str(path), fails=2)
    assert RequestCard.model_fields.keys() >= {"card_id", "holder"}
