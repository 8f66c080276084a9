"""The mail of the renewal date: does the renewal alone bring the service back? REN-08, AMB-42."""

import pytest

from domain.subscription.mails import SubscriptionMail
from domain.values import Language
from tests.adapters.test_mail_letters import a_letter, composed
from tests.support.written_mail import part

ALONE = {
    Language.ENGLISH: "The suspension ends as soon as the renewal is complete.",
    Language.JAPANESE: "更新が完了しますと、停止は解除されます。",
    Language.KOREAN: "갱신이 완료되면 중지가 해제됩니다.",
    Language.FRENCH: "La suspension est levée dès que le renouvellement est terminé.",
}
WITH_ANOTHER = {
    Language.ENGLISH: "It is also suspended for another reason:",
    Language.JAPANESE: "ほかの理由でも停止しているため、",
    Language.KOREAN: "다른 사유로도 중지되어 있으므로,",
    Language.FRENCH: "Celui-ci est suspendu aussi pour un autre motif :",
}
SINCE = {
    Language.ENGLISH: "Suspended since",
    Language.JAPANESE: "停止日時",
    Language.KOREAN: "중지 일시",
    Language.FRENCH: "Suspendu depuis le",
}


def text(language: Language, *, other_reasons: bool) -> str:
    letter = a_letter(SubscriptionMail.SUBSCRIPTION_SUSPENDED, language, other_reasons=other_reasons)
    return " ".join(part(composed(letter), "plain").split()).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("language", Language)
def test_it_promises_service_after_the_renewal_only_where_no_other_reason_stands(language: Language) -> None:
    alone, both = text(language, other_reasons=False), text(language, other_reasons=True)
    assert ALONE[language] in alone
    assert SINCE[language] in alone
    assert WITH_ANOTHER[language] not in alone
    assert WITH_ANOTHER[language] in both
    assert ALONE[language] not in both
    assert SINCE[language] not in both, "it was suspended before, for the other reason"


@pytest.mark.parametrize("language", Language)
def test_it_names_no_other_reason(language: Language) -> None:
    """Whether somebody is screened, or does not pay, is not for a mail about a renewal."""
    said = text(language, other_reasons=True).casefold()
    assert not {word for word in ("compliance", "unpaid", "paid", "paiement", "未払", "미납") if word in said}
