"""Links that only we can make: forged ones, those for something else, and what stands in which mail."""

import re
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from adapters.documents import desk
from adapters.documents.desk import DocumentDesk
from adapters.documents.library import DocumentLibrary
from adapters.mail.composer import JinjaComposer
from adapters.mail.labels import page_label
from adapters.mail.signed_links import Link, SignedLinks, link_in, occurrence_of
from adapters.settings import Settings
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, mail_kinds
from domain.links import CARRIED_BY, DOCUMENT, Purpose
from domain.mails import Letter, MailKind
from domain.option.facts import OptionFacts
from domain.option.mails import OptionMail
from domain.option.state import NAME as OPTION
from domain.order.facts import LetterItem
from domain.order.mails import OrderMail
from domain.order.messages import Offering
from domain.subscription.mails import SubscriptionMail
from domain.trial.mails import TrialMail
from domain.values import Language
from tests.adapters import test_mail_letters as of_orders
from tests.adapters import test_mail_trials as of_trials
from tests.adapters.test_mail_letters import LINKS, PDF
from tests.makers import known, some
from tests.support.read_mail import READER
from tests.support.written_mail import INSTANT, MESSAGE_ID, a_reader, part

SECRET, OLD = "of today: thirty-two characters or more", "of last year: as many characters or more"
URL = "https://hub.vendor.example"
SIGNED = SignedLinks(URL, [OLD, SECRET])
LINK = Link(purpose=Purpose.PROVISIONING, lifecycle="order", subject="SO-1.2", occurrence="0123456789abcdef")
SENDER = Address("Vendor Order Desk", "desk", "vendor.example")
COMPOSER = JinjaComposer(SENDER, LINKS, SIGNED)
REQUEST = {
    "customer_company": "ACME-Kunde",
    "facing_partner": "Second Reseller",
    "request_id": "OR-4001",
    "kind": "csm",
    "subscription_id": "sub-SO-100001",
    "requested_at": INSTANT,
}
ITEMS = (LetterItem(part_number="A-NH", offering=Offering.NAMED_HOST, quantity=25),)
SUBJECTS = {Lifecycle.ORDER: "SO-100001", Lifecycle.SUBSCRIPTION: "sub-SO-100001", OPTION: "OR-4001"}
CARRIERS = sorted({kind for kinds in CARRIED_BY.values() for kind in kinds})


def a_letter(kind: MailKind, language: Language = Language.ENGLISH, **about: str) -> Letter:
    """With all its facts, of its life."""
    lifecycle = next(name for name, each in KINDS.items() if kind in each.state.mail_kinds)
    if isinstance(kind, OptionMail):
        letter = Letter(kind=kind, to=a_reader(language), facts=OptionFacts.model_validate(REQUEST))
    elif isinstance(kind, OrderMail | SubscriptionMail):
        letter = of_orders.a_letter(kind, language)
    else:
        letter = of_trials.a_letter(kind, language)
    known = {"lifecycle": lifecycle, "subject": SUBJECTS.get(lifecycle, "X-1")} | about
    return letter.model_copy(update=known)


def composed(letter: Letter, composer: JinjaComposer = COMPOSER) -> EmailMessage:
    """As the reader's mail program reads it."""
    return message_from_bytes(composer.compose(letter, MESSAGE_ID, (PDF,)).content, policy=READER)


def ours_in(mail: EmailMessage) -> dict[Purpose, Link]:
    """By purpose, as the text has them."""
    found = [SIGNED.read(token) for token in re.findall(rf"{re.escape(URL)}/f/(\S+)", part(mail, "plain"))]
    return {link.purpose: link for link in found if link}


def test_what_we_signed_is_read_as_it_was_said() -> None:
    assert SIGNED.read(SIGNED.token(LINK)) == LINK
    assert SIGNED.address(LINK) == f"{URL}/f/{SIGNED.token(LINK)}"
    assert re.fullmatch(r"[A-Za-z0-9._-]+[A-Za-z0-9]", SIGNED.token(LINK)), "no program cuts it off at its end"


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "provisioning",
        "no-purpose.order.SO-1.2.0123456789abcdef.x",
        SIGNED.token(LINK)[:-1],
        SIGNED.token(LINK) + "A",
        SIGNED.token(LINK).replace("SO-1.2", "SO-1.3"),
        SIGNED.token(LINK).replace(".order.", ".trial."),
        SIGNED.token(LINK).replace("0123456789abcdef", "0123456789abcdee"),
        SIGNED.token(LINK).replace("provisioning", "graduation"),
        SignedLinks(URL, ["somebody else's secret, long enough"]).token(LINK),
        "provisioning." + "x" * 100_000,
        "provisioning.order.赤坂.x.y",
    ],
)
def test_what_nobody_here_signed_for_this_purpose_and_this_life_is_no_link(forged: str) -> None:
    assert SIGNED.read(forged) is None


@pytest.mark.parametrize("purpose", some(purpose for purpose in Purpose if purpose is not LINK.purpose))
def test_a_link_for_one_purpose_is_none_for_another(purpose: Purpose) -> None:
    _, _, signed = SIGNED.token(LINK).partition(".")
    assert SIGNED.read(f"{purpose}.{signed}") is None


def test_a_changed_secret_kills_no_link_and_one_that_is_forgotten_does() -> None:
    before = SignedLinks(URL, [OLD]).token(LINK)
    assert SIGNED.read(before) == LINK
    assert SIGNED.token(LINK) == SignedLinks(URL, [SECRET]).token(LINK), "the newest secret signs"
    assert SignedLinks(URL, [SECRET]).read(before) is None
    assert SIGNED.mark(before) == SignedLinks(URL, [OLD]).mark(before), "what was claimed stays claimed"
    assert SignedLinks(URL, [SECRET]).mark(before) is None


def test_the_mark_of_a_link_is_made_by_nobody_without_the_secret() -> None:
    """ADR 30: an HMAC; not of this link's words alone, and neither the link nor its signature."""
    token = SIGNED.token(LINK)
    mark, others = known(SIGNED.mark(token)), SignedLinks(URL, ["somebody else's secret, long enough"])
    assert re.fullmatch(r"[0-9a-f]{64}", mark)
    assert mark != others.mark(others.token(LINK))
    marks = {SIGNED.mark(SIGNED.token(LINK.model_copy(update={"purpose": purpose}))) for purpose in Purpose}
    assert len(marks) == len(Purpose)


def test_one_link_has_one_mark_however_its_signature_is_written() -> None:
    """The last character of a signature has bits to spare: what differs in them only is decided once, too."""
    token = SIGNED.token(LINK)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same = [token[:-1] + letter for letter in letters if SIGNED.read(token[:-1] + letter)]
    assert len(same) == 4
    assert {SIGNED.mark(each) for each in same} == {SIGNED.mark(token)}


def test_an_installation_without_an_address_or_with_pages_elsewhere_signs_nothing_there() -> None:
    assert SignedLinks.of(Settings.model_validate({})) is None
    web = {"url": URL, "secret": SECRET, "old_secrets": [OLD]}
    with_web = SignedLinks.of(Settings.model_validate({"web": web}))
    assert known(with_web).token(LINK) == SIGNED.token(LINK)
    assert not known(with_web).elsewhere
    given = {"web": web, "links": {"graduation_form": "https://forms.vendor.example/graduation"}}
    some_elsewhere = SignedLinks.of(Settings.model_validate(given))
    assert known(some_elsewhere).elsewhere == {"graduation_form"}
    assert SECRET not in repr(some_elsewhere)


def test_pages_that_an_installation_has_elsewhere_win() -> None:
    composer = JinjaComposer(SENDER, LINKS, SignedLinks(URL, [SECRET], frozenset({"graduation_form"})))
    text = part(composed(a_letter(OrderMail.GRADUATION_REMINDER), composer), "plain")
    assert "https://forms.vendor.example/graduation?order=SO-100001" in text
    assert f"{URL}/f/reminders." in text, "what nobody has elsewhere stays ours"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", CARRIERS, ids=str)
def test_a_mail_has_a_link_for_each_of_its_purposes_bound_to_it_and_to_its_life(
    kind: MailKind, language: Language
) -> None:
    """ORD-14, OPT-01, TRL-25, TRL-91, TRL-92. In text and HTML."""
    letter = a_letter(kind, language)
    mail, wanted = composed(letter), {purpose for purpose, kinds in CARRIED_BY.items() if kind in kinds}
    found = ours_in(mail)
    assert set(found) == wanted
    for purpose, link in some(found.items()):
        assert link == link_in(purpose, letter.lifecycle, letter.subject, MESSAGE_ID)
        assert SIGNED.address(link) in part(mail, "html")


@pytest.mark.parametrize("kind", some(kind for kind in mail_kinds() if kind in {*OrderMail, *TrialMail}), ids=str)
def test_other_mails_have_none(kind: MailKind) -> None:
    wanted = {purpose for purpose, kinds in CARRIED_BY.items() if kind in kinds}
    assert set(ours_in(composed(a_letter(kind)))) == wanted


@pytest.mark.parametrize("kind", CARRIERS, ids=str)
def test_a_mail_composed_twice_is_the_same_and_another_one_has_other_links(kind: MailKind) -> None:
    letter = a_letter(kind)
    once, again = (COMPOSER.compose(letter, MESSAGE_ID, (PDF,)).content for _ in range(2))
    assert once == again
    another = COMPOSER.compose(letter, "<another@vendor.example>", (PDF,)).content
    assert not set(ours_in(message_from_bytes(once, policy=READER)).values()) & set(
        ours_in(message_from_bytes(another, policy=READER)).values()
    )


@pytest.mark.parametrize("kind", CARRIERS, ids=str)
def test_without_a_web_room_and_without_a_life_a_mail_is_as_it_always_was(kind: MailKind) -> None:
    plain = JinjaComposer(SENDER, LINKS)
    letter = a_letter(kind)
    assert plain.compose(letter, MESSAGE_ID, (PDF,)) == COMPOSER.compose(
        letter.model_copy(update={"subject": ""}), MESSAGE_ID, (PDF,)
    )
    assert "/f/" not in part(composed(letter, plain), "plain")


@pytest.mark.parametrize("kind", CARRIERS, ids=str)
def test_reminders_can_be_ended_by_the_mail_program_in_one_post(kind: MailKind) -> None:
    """RFC 8058; nothing of the kind in a mail that is no courtesy."""
    mail = composed(a_letter(kind))
    if kind not in CARRIED_BY[Purpose.REMINDERS]:
        assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (None, None)
        return
    link = ours_in(mail)[Purpose.REMINDERS]
    assert mail["List-Unsubscribe"] == f"<{SIGNED.address(link)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("kind", CARRIERS, ids=str)
def test_no_link_names_anybody(kind: MailKind) -> None:
    letter = a_letter(kind)
    for link in some(ours_in(composed(letter)).values()):
        token = SIGNED.token(link).casefold()
        for word in (letter.to.first_name, letter.to.last_name, letter.to.email, letter.facts.customer_company):
            assert word.casefold() not in token


@pytest.mark.parametrize("purpose", [Purpose.OPTION, Purpose.RETURN, Purpose.PAPERS, Purpose.REMINDERS])
def test_pages_that_only_we_have_are_named_in_every_language(purpose: Purpose) -> None:
    assert len({page_label(purpose, language) for language in Language}) == len(Language)


def test_the_document_s_link_is_the_order_s_and_not_the_mail_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is passed on, and never written anew: no newer mail ends the link in it. ORD-07, ORD-14."""
    written: list[Any] = []

    def a_pdf(facts: Any) -> bytes:
        written.append(facts)
        return b"%PDF-1.4\n"

    monkeypatch.setattr(desk, "confirmation_pdf", a_pdf)
    facts = of_orders.the_facts(OrderMail.CONFIRMATION, items=ITEMS)
    signed = DocumentDesk(DocumentLibrary(tmp_path / "a"), "https://forms.vendor.example/p", SIGNED)
    signed.confirmation(facts, a_reader(Language.ENGLISH))
    link = SIGNED.read(str(written[0].form_url).removeprefix(f"{URL}/f/"))
    assert link == Link(purpose=Purpose.PROVISIONING, lifecycle="order", subject="SO-100001", occurrence=DOCUMENT)
    elsewhere = SignedLinks(URL, [SECRET], frozenset({"provisioning_form"}))
    DocumentDesk(DocumentLibrary(tmp_path / "b"), "https://forms.vendor.example/p", elsewhere).confirmation(
        facts, a_reader(Language.ENGLISH)
    )
    assert str(written[1].form_url) == "https://forms.vendor.example/p?order=SO-100001"


def test_an_occurrence_is_the_same_with_and_without_brackets() -> None:
    assert occurrence_of("<a@b.example>") == occurrence_of("a@b.example") != occurrence_of("c@b.example")
