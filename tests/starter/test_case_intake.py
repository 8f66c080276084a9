"""A real message becomes exactly one case, or a clear refusal: `tenure case intake`. SUP-07, SUP-11, SUP-34, SUP-35."""

import io
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.ports.store import NotKnown
from adapters.mail.incoming import read_message
from adapters.mail.incoming_headers import address_of
from domain.account.channels import Channel
from domain.account.doors import Doors
from domain.case.messages import OpenCase
from domain.case.policy import OLDEST_RECEIPT
from domain.case.standing import NAME
from domain.case.template import UNKNOWN_SERVICE
from domain.values import Language, Person, Refused
from starter.intake.content import differing
from starter.intake.mail_case import ABOUT_THE_WAY, NO_SUBJECT, Given, MailCase, case_of
from starter.intake.mail_person import person_of
from tests.mails.made import DOOR, ENGLISH, MAILS, PICTURE, REFUSED, TAKEN, TEXT, Made, mail, multipart
from tests.starter.conftest import Tenure
from tests.support.embedded import Background

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HERE = Given(about={"by": "mail-1"}, doors=Doors(), our_address="no-reply@tenure.example")


def given_with(**changes: Any) -> Given:
    return Given(**{**HERE.__dict__, **changes})


def opened(content: bytes, now: datetime = NOW, **changes: Any) -> MailCase:
    return case_of(read_message(content), given_with(**changes), now)


def a_case(body: bytes = ENGLISH.encode(), *headers: str, **changes: Any) -> OpenCase:
    return opened(mail(body, *headers, **changes)).start


# The made-up mails.


@pytest.mark.parametrize("made", TAKEN, ids=lambda made: made.name)
def test_a_mail_of_a_person_becomes_one_case(made: Made) -> None:
    start = opened(made.content).start

    assert (start.organization_id, start.main_email) == (made.organization, made.main_email)
    assert start.service == (made.service or UNKNOWN_SERVICE)
    assert (start.channel, start.came_through) == (Channel.EMAIL, DOOR)
    assert start.partner_id == "hikari.example.com"
    assert opened(made.content, NOW + timedelta(days=1)).start == start, "the same mail is the same case later too"


def test_every_message_id_is_a_case_of_its_own_whatever_the_mail_says() -> None:
    ids = [opened(mail(b"x", id_=f"{number}@x.example")).start.case_id for number in range(1_000)]

    assert len(set(ids)) == len(ids)
    assert {len(each) for each in ids} == {len("mail-") + 20}


# Which case it is.


def test_the_message_id_alone_says_which_case_it_is() -> None:
    once = a_case(id_="a@x.example")

    assert once.case_id == f"mail-{sha256(b'a@x.example').hexdigest()[:20]}"
    assert a_case(b"Something else", id_="a@x.example").case_id == once.case_id
    assert a_case(id_="b@x.example").case_id != once.case_id


def test_a_mail_that_was_delivered_twice_differs_in_its_way_only() -> None:
    written = mail(ENGLISH.encode(), id_="a@x.example")
    first = (
        b"Delivered-To: partner-support@eu.zohocorp.com\nReceived: by mx; Fri, 27 Nov 2026 10:00:00 +0900\n" + written
    )
    second = b"Received: by mx; Fri, 27 Nov 2026 11:00:00 +0900\n" + written

    assert set(differing(opened(second).start, opened(first).start)) == ABOUT_THE_WAY


# What it says.


def test_a_mail_without_text_is_described_by_its_subject() -> None:
    start = a_case(b" \n", subject="Please call")

    assert (start.subject, start.description) == ("Please call", "Please call")


def test_a_mail_without_anything_says_so() -> None:
    start = a_case(b"", subject="")

    assert (start.subject, start.description) == (NO_SUBJECT, NO_SUBJECT)


def test_a_subject_may_stand_in_the_template_only() -> None:
    assert a_case("件名：動きません\n説明：x".encode(), subject="").subject == "動きません"
    assert a_case("件名：動きません\n説明：x".encode(), subject="Help").subject == "Help"


def test_a_long_subject_is_cut_and_kept_whole_in_the_description() -> None:
    start = a_case(b"The text", subject="x" * 300)

    assert start.subject == "x" * 199 + "…"
    assert start.description == "x" * 300 + "\n\nThe text"
    assert a_case(subject="x" * 200).subject == "x" * 200


@pytest.mark.parametrize("length", [19_998, 20_000])
def test_a_description_as_long_as_there_is_room_for_is_whole(length: int) -> None:
    assert a_case(b"x" * length).description == "x" * length


@pytest.mark.parametrize("length", [20_001, 25_000, 600_000])
def test_the_last_line_of_a_longer_one_says_how_much_was_left_out(length: int) -> None:
    description = a_case(b"x" * length).description
    text, _, last = description.rpartition("\n\n")

    assert 19_900 < len(description) <= 20_000
    assert set(text) == {"x"}
    assert last == f"[{length - len(text):,} more characters of the mail were left out]"


def test_attachments_are_named_at_the_end_also_of_a_long_mail() -> None:
    line = "[Attached to the mail, not taken: screen.png]"
    body, head = multipart("mixed", TEXT.rstrip() + b"\n" + b"x" * 30_000 + b"\n", PICTURE)

    assert a_case(*multipart("mixed", TEXT, PICTURE)).description.endswith(f"\n\n{line}")
    assert line in a_case(body, head).description
    assert len(a_case(body, head).description) <= 20_000


def test_our_own_addresses_are_no_customer_s() -> None:
    body = f"Main e-mail: {HERE.our_address}\nCustomer e-mail: {Doors().email_eu.upper()}"

    assert (a_case(body.encode()).main_email, a_case(body.encode()).customer_email) == (None, None)


def test_what_the_mail_leaves_open_is_remarked() -> None:
    nothing = opened(mail(b"Help", "Received: by mx; Fri, 27 Nov 2026 10:00:00 +0900")).remarks
    everything = opened(mail(ENGLISH.encode())).remarks

    assert [remark.rpartition(" ")[2] for remark in nothing] == ["(SUP-40)", "(SUP-11)", "(SUP-12)"]
    assert everything == ()
    assert opened(mail(*multipart("mixed", TEXT, PICTURE))).remarks == ("attachments are not taken: 1",)


# Who asks.


def test_whose_mail_it_is_the_mail_says_else_the_command_else_the_sender_s_domain() -> None:
    labelled, bare = mail(b"Partner ID: minami"), mail(b"Help")

    assert opened(labelled, partner="hikari").start.partner_id == "minami"
    assert opened(bare, partner="hikari").start.partner_id == "hikari"
    assert opened(bare).start.partner_id == "hikari.example.com"
    assert opened(bare).start.partner_company == "hikari.example.com"
    assert opened(bare, company="ひかり").start.partner_company == "ひかり"


@pytest.mark.parametrize(
    ("host", "id_"),
    [
        ("straße.example", "xn--strae-oqa.example"),
        ("xn--strae-oqa.example", "xn--strae-oqa.example"),
        (f"{'a' * 60}.{'b' * 50}.example", f"{'b' * 50}.example"),
    ],
)
def test_any_domain_makes_an_id(host: str, id_: str) -> None:
    assert a_case(b"x", sender=f"ken@{host}").partner_id == id_


@pytest.mark.parametrize(
    ("name", "address", "first", "last"),
    [
        ("Ken Sato", "k@a.example", "Ken", "Sato"),
        ("Sato, Ken", "k@a.example", "Ken", "Sato"),
        ("Jean Paul de Gaulle", "k@a.example", "Jean Paul de", "Gaulle"),
        ("佐藤 健", "k@a.example", "健", "佐藤"),
        ("佐藤健", "k@a.example", "健", "佐藤"),
        ("佐藤健太", "k@a.example", "健太", "佐藤"),
        ("佐藤 健様", "k@a.example", "健", "佐藤"),
        ("김민지", "k@a.example", "민지", "김"),
        ("김 민지", "k@a.example", "민지", "김"),
        ("佐藤 健（ひかり）", "k@a.example", "健", "佐藤"),
        ("Ken Sato (Hikari)", "k@a.example", "Ken", "Sato"),
        ("Support", "k@a.example", "K", "a.example"),
        ("", "ken.sato@a.example", "Ken", "Sato"),
        ("ken.sato@a.example", "ken.sato+x@a.example", "Ken", "Sato"),
        ("", "support@a.example", "Support", "a.example"),
        ("\u200b", "support@a.example", "Support", "a.example"),
        ("(", "-@a.example", "Partner", "a.example"),
        ("x" * 500, "k@a.example", "K", "a.example"),
    ],
)
def test_whoever_writes_has_a_name_of_two_parts(name: str, address: str, first: str, last: str) -> None:
    found = person_of(name, address, "a.example", Language.JAPANESE, "Asia/Tokyo")

    assert (found.first_name, found.last_name) == (first, last)
    assert (found.email, found.language, found.zone) == (address, Language.JAPANESE, "Asia/Tokyo")


@given(st.text(), st.text("ab.-_+'!", min_size=1))
def test_any_name_makes_a_person(name: str, local: str) -> None:
    address = address_of(f"{local}@a.example") or "ken@a.example"

    assert isinstance(person_of(name, address, "a.example", Language.ENGLISH, "UTC"), Person)


# When it came in, and through which door.


@pytest.mark.parametrize(
    ("received", "sent", "at"),
    [
        (timedelta(hours=-1), timedelta(hours=-2), timedelta(hours=-1)),
        (None, timedelta(hours=-2), timedelta(hours=-2)),
        (timedelta(0), None, timedelta(0)),
        (timedelta(seconds=1), timedelta(hours=-2), timedelta(hours=-2)),
        (timedelta(seconds=1), None, None),
        (-OLDEST_RECEIPT, None, -OLDEST_RECEIPT),
        (-OLDEST_RECEIPT - timedelta(seconds=1), None, None),
        (None, None, None),
    ],
)
def test_it_was_received_when_our_server_says_else_the_sender_if_that_can_be(
    received: timedelta | None, sent: timedelta | None, at: timedelta | None
) -> None:
    """AMB-36."""
    found = read_message(mail(b"x"))
    dated = {"received_at": received, "sent_at": sent}
    changed = {name: None if span is None else NOW + span for name, span in dated.items()}
    opened_ = case_of(type(found)(**{**found.__dict__, **changed}), HERE, NOW)

    assert opened_.start.received_at == (None if at is None else NOW + at)
    assert any("received now" in remark for remark in opened_.remarks) is (at is None)


@pytest.mark.parametrize(
    ("head", "door"),
    [
        ("X-A: b", DOOR),
        ("Delivered-To: partner-support@eu.zohocorp.com", "partner-support@eu.zohocorp.com"),
        ("Cc: partner-support@eu.zohocorp.com", DOOR),
        ("Delivered-To: somebody@example.com", DOOR),
    ],
)
def test_it_came_through_the_first_of_our_addresses(head: str, door: str) -> None:
    """SUP-34, SUP-35: our mail server's own word counts before the sender's."""
    assert a_case(b"x", head).came_through == door


def test_a_mail_that_reached_us_through_none_of_our_addresses_names_no_door() -> None:
    assert a_case(b"x", sender="ken@a.example").came_through == DOOR
    assert opened(mail(b"x").replace(DOOR.encode(), b"boss@example.com")).start.came_through is None


# No mail loops.


@pytest.mark.parametrize("address", [HERE.our_address, HERE.our_address.upper(), DOOR])
def test_no_case_is_made_of_a_mail_of_our_own_address(address: str) -> None:
    with pytest.raises(Refused, match="own address"):
        a_case(sender=f"Tenure <{address}>")


# Anything.


SMALL = [each.content for each in MAILS if len(each.content) < 10_000]


@given(st.sampled_from(SMALL), st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 20), st.binary(max_size=8))))
def test_whatever_is_taken_is_a_valid_start(content: bytes, damages: list[tuple[int, int, bytes]]) -> None:
    for at, length, other in damages:
        content = content[:at] + other + content[at + length :]
    try:
        start = opened(content).start
    except Refused:
        return
    assert OpenCase.model_validate_json(start.model_dump_json()) == start


@given(st.text(), st.text(max_size=50))
def test_any_text_is_a_valid_start(text: str, subject: str) -> None:
    body = text.encode("utf-8", "replace")
    head = subject.encode("utf-8", "replace").replace(b"\n", b"").replace(b"\r", b"")
    content = b"From: ken@a.example\nSubject: " + head + b"\nContent-Type: text/plain; charset=utf-8\n\n" + body
    try:
        start = opened(content).start
    except Refused:
        return
    assert OpenCase.model_validate_json(start.model_dump_json()) == start


# The command, without a server.


def saved(directory: Path, content: bytes, name: str = "mail.eml") -> Path:
    path = directory / name
    path.write_bytes(content)
    return path


def test_a_dry_run_says_what_was_read_and_no_address(tenure: Tenure) -> None:
    answered = tenure("case", "intake", ROOT / "examples/case-mail.eml", "--dry-run", "--partner", "hikari")

    assert answered.code == 0, answered.err
    assert "organization          60001234567" in answered.out
    assert "customer main e-mail  given" in answered.out
    assert "came through          partner-support@zohocorp.com" in answered.out
    assert "minato" not in answered.out
    assert "would run as case-mail-" in answered.out


@pytest.mark.parametrize("made", [each for each in REFUSED if len(each.content) < 10_000], ids=lambda made: made.name)
def test_what_is_refused_ends_with_a_line_and_a_code(made: Made, tenure: Tenure, tmp_path: Path) -> None:
    file = saved(tmp_path, made.content)

    answered, for_machines = tenure("case", "intake", file), tenure("case", "intake", file, "--json")

    is_automatic = "two machines" in answered.err
    assert answered.code == for_machines.code == (3 if is_automatic else 2)
    assert made.refused in answered.err
    assert len(answered.err.splitlines()) == 1
    assert for_machines.error["problems"][0]["code"] == for_machines.error["problems"][0]["code"].lower()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--partner", "a b"), "--partner: must be"),
        (("--company", " "), "--company: must not be empty"),
        (("--zone", "Mars/City"), "--zone: must be an IANA time zone"),
        (("--language", "de"), "--language"),
    ],
)
def test_an_option_that_is_wrong_is_named(options: tuple[str, str], said: str, tenure: Tenure) -> None:
    answered = tenure("case", "intake", ROOT / "examples/case-mail.eml", *options)

    assert answered.code == 2
    assert said in answered.err


def test_a_file_that_is_not_there_is_named(tenure: Tenure) -> None:
    assert "there is no such file" in tenure("case", "intake", "nowhere.eml").err
    assert "is a directory" in tenure("case", "intake", ROOT).err


def test_a_server_that_does_not_answer_is_a_reason_to_try_again(tenure: Tenure) -> None:
    """A mail server keeps the mail then: see docs."""
    assert tenure("case", "intake", ROOT / "examples/case-mail.eml").code == 7


# The command, with a whole service.


class Piped:
    """Standard input of a mail server's pipe."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_a_mail_starts_one_case_and_says_where(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    file = saved(tmp_path, mail(ENGLISH.encode(), id_="intake-1@hikari.example.com"))

    answered, again = tenure("case", "intake", file, "--json"), tenure("case", "intake", file)

    assert answered.code == 0, answered.err
    assert answered.json["result"] == "started"
    assert again.code == 0
    assert again.out.startswith("Already started: case-mail-")
    row = service.store.row(NAME, answered.json["id"])
    assert row.placed.partner_contact.last_name == "Sato"
    assert row.placed.came_through == DOOR


def test_from_a_pipe_and_delivered_twice_it_is_one_case(
    service: Background, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = mail(ENGLISH.encode(), id_="intake-2@hikari.example.com")
    results = []
    for minute in (1, 2):
        way = f"Received: by mx.example.com; Fri, 27 Nov 2026 00:0{minute}:00 +0000\n".encode()
        monkeypatch.setattr(sys, "stdin", Piped(way + written))
        results.append(tenure("case", "intake", "-", "--json"))

    assert [each.code for each in results] == [0, 0], results[1].err
    assert [each.json["result"] for each in results] == ["started", "already_started"]
    assert results[0].json["run_id"] == results[1].json["run_id"]


def test_the_same_message_id_with_another_text_is_a_conflict(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    first = saved(tmp_path, mail(ENGLISH.encode(), id_="intake-3@hikari.example.com"))
    other = saved(tmp_path, mail(b"Something else", id_="intake-3@hikari.example.com"), "other.eml")

    assert tenure("case", "intake", first).code == 0
    answered = tenure("case", "intake", other, "--json")

    assert answered.code == 4
    fields = {answered.error["field"], *(each["field"] for each in answered.error["others"])}
    assert {"description", "service"} <= fields
    assert "received_at" not in fields


def test_a_mail_that_says_nothing_opens_a_case_that_waits_for_the_partner(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    """SUP-14, AMB-33."""
    file = saved(tmp_path, mail(b"It does not work.", id_="intake-4@hikari.example.com"))

    answered = tenure("case", "intake", file, "--json")

    assert answered.code == 0, answered.err
    assert answered.json["stage"] == "pending"
    assert len(answered.json["warnings"]) >= 3


def test_the_mail_of_a_case_that_is_over_starts_nothing(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    file = saved(tmp_path, mail(ENGLISH.encode(), id_="intake-6@hikari.example.com"))
    case = tenure("case", "intake", file, "--json").json["id"]
    tenure("case", "resolve", case, "--solution", "Mails are delivered again.")
    tenure("case", "close", case)
    service.do(service.client.get_workflow_handle(f"case-{case}").result())

    assert tenure("case", "intake", file).code == 5


def test_an_automatic_reply_starts_nothing(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    written = mail(b"I am away.", "Auto-Submitted: auto-replied", id_="intake-5@hikari.example.com")
    like_it = opened(mail(b"I am away.", id_="intake-5@hikari.example.com")).start

    assert tenure("case", "intake", saved(tmp_path, written)).code == 3
    with pytest.raises(NotKnown):
        service.store.columns(NAME, like_it.case_id)
