"""Each mail names the one desk that fits, and only the desk that is there day and night is said to be. AMB-57."""

from itertools import product

import pytest

from domain.lifecycles import mail_kinds
from domain.mails import MailKind
from domain.order.mails import OrderMail
from domain.trial.mails import TrialMail
from domain.values import Language
from tests.adapters import test_mail_letters as orders
from tests.adapters import test_mail_trials as trials

TECHNICAL = {OrderMail.WELCOME, TrialMail.TRIAL_WELCOME, TrialMail.TRIAL_STARTED, TrialMail.TRIAL_SETUP}
"""They begin or set up the use of the service."""

DAY_AND_NIGHT = {
    Language.JAPANESE: "日本語は平日10:00～18:00（日本時間）、英語は24時間",
    Language.KOREAN: "연중무휴 24시간",
    Language.FRENCH: "24\u00a0h/24",
    Language.ENGLISH: "24 hours a day",
}


@pytest.mark.parametrize(("kind", "language"), list(product(mail_kinds(), Language)))
def test_amb_57_a_mail_names_one_desk_and_promises_only_what_that_one_does(kind: MailKind, language: Language) -> None:
    usual = trials.usual if kind in trials.NEEDED else orders.usual
    text = orders.part(usual(kind, language), "plain")
    technical = kind in TECHNICAL
    assert (str(orders.LINKS.technical_desk) in text) is technical
    assert (str(orders.LINKS.order_desk) in text) is not technical
    assert (DAY_AND_NIGHT[language] in text) is technical
