"""Each mail names the one desk that fits, and only the desk that is there day and night is said to be. AMB-57."""

from collections.abc import Callable, Collection
from email.message import EmailMessage
from typing import Any

import pytest

from domain.case.mails import CaseMail
from domain.lifecycles import mail_kinds
from domain.mails import MailKind
from domain.order.mails import OrderMail
from domain.trial.mails import TrialMail
from domain.values import Language
from tests.adapters import test_mail_cases as cases
from tests.adapters import test_mail_letters as orders
from tests.adapters import test_mail_options as options
from tests.adapters import test_mail_trials as trials
from tests.adapters import test_mail_wholesale as wholesale
from tests.support.one_item import in_one_item
from tests.support.written_mail import part

TECHNICAL = {OrderMail.WELCOME, TrialMail.TRIAL_WELCOME, TrialMail.TRIAL_STARTED, TrialMail.TRIAL_SETUP} | set(CaseMail)
"""They begin or set up the use of the service, or are about help with it."""

ROOMS: tuple[tuple[Collection[MailKind], Callable[[Any, Language], EmailMessage]], ...] = (
    (trials.NEEDED, trials.usual),
    (cases.KINDS, cases.usual),
    (options.KINDS, options.usual),
    (orders.NEEDED, orders.usual),
    (wholesale.KINDS, wholesale.usual),
)
"""Where the tests of a kind are, and a mail of it with all its facts."""

DAY_AND_NIGHT = {
    Language.JAPANESE: "日本語は平日10:00～18:00（日本時間）、英語は24時間",
    Language.KOREAN: "연중무휴 24시간",
    Language.FRENCH: "24\u00a0h/24",
    Language.ENGLISH: "24 hours a day",
}


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", mail_kinds())
def test_amb_57_a_mail_names_one_desk_and_promises_only_what_that_one_does(kind: MailKind, language: Language) -> None:
    usual = next(usual for kinds, usual in ROOMS if kind in kinds)
    text = part(usual(kind, language), "plain")
    technical = kind in TECHNICAL
    assert (str(orders.LINKS.technical_desk) in text) is technical
    assert (str(orders.LINKS.order_desk) in text) is not technical
    assert (DAY_AND_NIGHT[language] in text) is technical
