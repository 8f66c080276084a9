"""Option requests, lived through. domain.md §4."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any, Final

import pytest
from sqlalchemy import delete
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from adapters.sql.schema import LifecycleRecord
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.operator import Hold, Resume, SettleStep
from domain.option.list_line import OptionLine
from domain.option.messages import ContactOf, OptionKind, RequestOption
from domain.option.policy import OptionPolicy
from domain.option.state import EXPECTED, NAME
from domain.subscription.messages import TerminateSubscription
from tests.makers import a_person, an_order, built, cleared, days, graduated, some, submitted
from tests.options import DETAILS, SITE, a_request, begun, done, turned_down, withdrawn
from tests.support.environment import nobody_looks_twice
from tests.support.in_service import in_service
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping

K = OptionKind

WORK = frozenset(K) - {K.RENEWAL_DATE, K.CSM}
"""The others are inquiries."""


async def ordered(env: TimeSkipping, *, handed_over: bool = True) -> Any:
    """A subscription that its order began, with a CSM once it is handed over."""
    handle = await env.place(an_order())
    await env.send(handle, "clear_compliance", cleared())
    await env.send(handle, "submit_provisioning_form", submitted())
    await env.send(handle, "report_site_built", built())
    if handed_over:
        await env.send(handle, "graduate", graduated())
    return env.subscription()


async def asked(env: TimeSkipping, request: RequestOption) -> Any:
    """A request that is taken."""
    handle = await env.start("OptionRequest", request, f"option-{request.request_id}")
    await env.settled()
    return handle


async def refused(env: TimeSkipping, request: RequestOption, id_: str = "") -> ApplicationError:
    """A request whose start must fail; how it failed."""
    with pytest.raises(WorkflowFailureError) as failed:
        await (await asked(env, request)).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert env.store.listed(NAME) == []
    return failed.value.cause


async def worked_on(env: TimeSkipping, request: RequestOption) -> Any:
    """Until the work is done."""
    handle = await asked(env, request)
    await env.send(handle, "begin_work", begun())
    await env.send(handle, "complete", done(), env.subscription())
    return handle


def kinds(env: TimeSkipping, request_id: str = "OR-1") -> list[str]:
    """Its mails that left."""
    return env.mail_kinds(request_id, NAME)


def events(env: TimeSkipping, request_id: str = "OR-1") -> list[str]:
    return [event for event in env.events(request_id, NAME) if not event.startswith("mail.")]


def sites(env: TimeSkipping) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Of the subscription, as the store has them."""
    state = env.store.state(Lifecycle.SUBSCRIPTION, "sub-SO-100001")
    return {site.url: (site.named_users, site.languages) for site in state.sites}


def last_mail(env: TimeSkipping) -> str:
    """What it says."""
    body = message_from_bytes(env.transport.taken[-1].content, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


# At the start.


async def test_opt_01_a_request_about_a_subscription_nobody_knows_is_refused_by_its_field(env: TimeSkipping) -> None:
    failed = await refused(env, a_request())
    assert failed.message == "subscription_id: no subscription sub-SO-100001 is known here (OPT-01)"
    assert (failed.type, failed.details[0]["code"]) == ("Refused", "not_known")
    assert kinds(env) == []


async def test_opt_01_another_partner_s_subscription_and_a_day_to_come_are_refused_by_their_field(
    env: TimeSkipping,
) -> None:
    await in_service(env)
    failed = await refused(env, a_request(partner_id="namdaemun"))
    assert failed.message == "partner_id: does not face the customer of subscription sub-SO-100001 (OPT-01)"
    assert failed.details[0]["code"] == "not_allowed"
    failed = await refused(env, a_request(request_id="OR-2", requested_at=MONDAY + days(1)))
    assert failed.message == "requested_at: must not lie in the future"
    assert failed.details[0]["code"] == "wrong_date"


async def test_opt_01_a_terminated_subscription_has_no_options_any_more(env: TimeSkipping) -> None:
    subscription = await in_service(env)
    await env.send(subscription, "terminate", TerminateSubscription(by="ops-7", reason="moved elsewhere"))
    for number, kind in enumerate((K.LANGUAGE, K.RENEWAL_DATE)):
        failed = await refused(env, a_request(kind, f"OR-{number}"))
        assert failed.message == "subscription_id: subscription sub-SO-100001 is terminated (OPT-01)", kind
        assert failed.details[0]["code"] == "wrong_stage", kind


MISFITS: list[tuple[OptionKind, dict[str, Any], str, str]] = [
    (K.LANGUAGE, {"site": "other.webex.example"}, "language.site", "unknown"),
    (K.LANGUAGE, {"language": "ja"}, "language.language", "already_done"),
    (K.SITE_SPLIT, {"taken_from": "other.webex.example"}, "site_split.taken_from", "unknown"),
    (K.SITE_SPLIT, {"url": SITE}, "site_split.url", "already_done"),
    (K.SITE_SPLIT, {"named_users": 25}, "site_split.named_users", "does_not_fit"),
    (K.SESSION_TYPE, {"site": "other.webex.example"}, "session_type.site", "unknown"),
    (K.LOGO, {"site": "other.webex.example"}, "logo.site", "unknown"),
    (
        K.CONTACT,
        {"contact_of": ContactOf.SITE_ADMINISTRATOR, "person": a_person("Desk@hikari.example.com")},
        "contact.person.email",
        "address_of_a_partner",
    ),
]
"""Details that do not fit the subscription, by the field and the code of the refusal. OPT-02, ORD-33, AMB-56."""


async def test_opt_02_details_that_do_not_fit_the_subscription_are_refused_by_their_field(env: TimeSkipping) -> None:
    await in_service(env)
    for number, (kind, wrong, field, code) in some(enumerate(MISFITS)):
        details = {str(kind): DETAILS[kind][kind] | wrong}
        failed = await refused(env, a_request(kind, f"OR-{number}", **details))
        assert (failed.type, failed.message.partition(":")[0], failed.details[0]["code"]) == ("Refused", field, code)


async def test_ord_33_24_of_25_named_users_may_move_to_a_new_site(env: TimeSkipping) -> None:
    """One stays at least."""
    await in_service(env)
    split = DETAILS[K.SITE_SPLIT]["site_split"] | {"named_users": 24}
    assert (await env.state(await asked(env, a_request(K.SITE_SPLIT, site_split=split)))).stage == "acknowledged"


async def test_a_suspended_subscription_may_have_options(env: TimeSkipping) -> None:
    await in_service(env)
    await env.sleep_until(datetime(2032, 6, 2, 15, tzinfo=UTC) + TICK)
    assert (await env.state(env.subscription())).stage == "suspended"
    handle = await asked(env, a_request(K.RENEWAL_DATE))
    assert (await handle.result())["stage"] == "completed"
    assert "2032年6月2日" in last_mail(env)


async def test_r9_an_id_is_taken_once(env: TimeSkipping) -> None:
    await in_service(env)
    handle = await asked(env, a_request(K.CSM))
    await handle.result()
    again = await env.start("OptionRequest", a_request(K.LOGO), "option-OR-1")
    with pytest.raises(WorkflowFailureError) as failed:
        await again.result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.message.startswith("request_id: OR-1 was already taken by an option with other content")


async def test_r7_a_request_runs_under_the_id_everybody_looks_for_it_by(env: TimeSkipping) -> None:
    handle = await env.start("OptionRequest", a_request(), "OR-1")
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.message == "workflow id: must be option-OR-1"


# Inquiries.


async def test_opt_03_the_renewal_date_is_answered_at_once(env: TimeSkipping) -> None:
    await in_service(env)
    handle = await asked(env, a_request(K.RENEWAL_DATE))
    assert (await handle.result()) == {"request_id": "OR-1", "stage": "completed"}
    assert kinds(env) == ["option_answered"], "and not acknowledged"
    assert "2032年6月2日" in last_mail(env)
    assert events(env) == ["option.requested", "option.answered"]
    (row,) = env.store.listed(NAME)
    assert (row.kind, row.linked_to, row.customer_id, row.open) == (
        "option.renewal_date",
        "sub-SO-100001",
        "akasaka",
        False,
    )


async def test_opt_03_who_the_csm_is_is_answered_honestly(env: TimeSkipping) -> None:
    await ordered(env, handed_over=False)
    await (await asked(env, a_request(K.CSM, "OR-1"))).result()
    assert env.store.state(NAME, "OR-1").answer == "not assigned yet"
    await env.send(env.order(), "graduate", graduated())
    await (await asked(env, a_request(K.CSM, "OR-2"))).result()
    assert env.store.state(NAME, "OR-2").answer == "csm-1"
    assert "csm-1" in last_mail(env)
    assert kinds(env, "OR-1") == kinds(env, "OR-2") == ["option_answered"]


# Work.


async def test_opt_02_a_language_is_added_once_the_work_is_done(env: TimeSkipping) -> None:
    await in_service(env)
    handle = await asked(env, a_request(K.LANGUAGE))
    assert (kinds(env), sites(env)) == (["option_acknowledged"], {SITE: (25, ("ja",))})
    await env.send(handle, "begin_work", begun())
    assert sites(env) == {SITE: (25, ("ja",))}
    await env.send(handle, "complete", done(), env.subscription())
    assert sites(env) == {SITE: (25, ("ja", "pt-BR"))}
    assert (await handle.result())["stage"] == "completed"
    assert kinds(env) == ["option_acknowledged", "option_completed"]
    assert events(env) == ["option.requested", "option.begun", "option.completed", "option.took_effect"]


async def test_opt_02_ord_33_a_split_keeps_the_number_of_named_users(env: TimeSkipping) -> None:
    await in_service(env)
    await (await worked_on(env, a_request(K.SITE_SPLIT))).result()
    assert sites(env) == {SITE: (15, ("ja",)), "akasaka-lab.webex.example": (10, ("ja",))}


async def test_opt_02_a_changed_contact_gets_what_comes_later(env: TimeSkipping) -> None:
    await in_service(env)
    contact = {"contact_of": ContactOf.RENEWAL_CONTACT, "person": a_person("new@hikari.example.com")}
    await (await worked_on(env, a_request(K.CONTACT, contact=contact))).result()
    await env.sleep_until(datetime(2032, 3, 4, 0, tzinfo=UTC) + TICK)
    (notice,) = env.mails("sub-SO-100001", Lifecycle.SUBSCRIPTION)
    assert (notice.kind, notice.to) == ("renewal_notice", "new@hikari.example.com")


async def test_opt_02_04_work_outside_of_this_service_is_done_when_the_vendor_says_so(env: TimeSkipping) -> None:
    await in_service(env)
    before = sites(env)
    for kind in (K.SESSION_TYPE, K.LOGO, K.OTHER):
        await (await worked_on(env, a_request(kind, f"OR-{kind}"))).result()
        assert (kinds(env, f"OR-{kind}"), sites(env)) == (["option_acknowledged", "option_completed"], before)
        assert events(env, f"OR-{kind}") == ["option.requested", "option.begun", "option.completed"]


async def test_opt_02_the_vendor_may_refuse_and_says_why(env: TimeSkipping) -> None:
    await in_service(env)
    handle = await asked(env, a_request())
    await env.send(handle, "begin_work", begun())
    await env.send(handle, "reject", turned_down("this language is not offered"))
    assert (await handle.result())["stage"] == "rejected"
    assert kinds(env) == ["option_acknowledged", "option_rejected"]
    assert "this language is not offered" in last_mail(env)
    assert sites(env) == {SITE: (25, ("ja",))}


async def test_amb_5_no_mail_that_the_policy_does_not_want(env: TimeSkipping) -> None:
    await in_service(env)
    silent = OptionPolicy(acknowledge=False, tell_outcome=False)
    await (await worked_on(env, a_request(policy=silent))).result()
    handle = await asked(env, a_request(K.LOGO, "OR-2", policy=silent))
    await env.send(handle, "reject", turned_down())
    await (await asked(env, a_request(K.CSM, "OR-3", policy=silent))).result()
    assert (kinds(env, "OR-1"), kinds(env, "OR-2"), kinds(env, "OR-3")) == ([], [], ["option_answered"])


async def test_it_is_cancelled_until_work_has_begun(env: TimeSkipping) -> None:
    await in_service(env)
    first, second = await asked(env, a_request(K.LOGO, "OR-1")), await asked(env, a_request(K.LOGO, "OR-2"))
    await env.send(first, "cancel", withdrawn())
    assert (await first.result())["stage"] == "cancelled"
    assert kinds(env, "OR-1") == ["option_acknowledged"]
    await env.send(second, "begin_work", begun())
    assert await env.refusal(second, "cancel", withdrawn()) == (
        "cannot cancel the request: the request is in_progress; work has begun, and it can be completed or rejected"
    )
    assert (await env.state(second)).stage == "in_progress"


async def test_cancel_in_the_web_ui_does_the_same_or_is_noted(env: TimeSkipping) -> None:
    await in_service(env)
    first, second = await asked(env, a_request(K.LOGO, "OR-1")), await asked(env, a_request(K.LOGO, "OR-2"))
    await first.cancel(reason="pressed on purpose")
    assert (await first.result())["stage"] == "cancelled"
    await env.send(second, "begin_work", begun())
    await second.cancel(reason="pressed by mistake")
    await env.settled()
    event = env.store.events(NAME, "OR-2")[-1]
    assert (event.type, event.actor, event.reason) == ("option.cancel_refused", "web-ui", "pressed by mistake")
    await env.send(second, "complete", done())
    assert (await second.result())["stage"] == "completed", "it went on"


@pytest.mark.parametrize("kind", [K.LOGO, K.CSM])
async def test_one_cancelled_in_the_web_ui_while_it_is_opened_is_over_and_nobody_is_told(
    env: TimeSkipping, kind: OptionKind
) -> None:
    """The store does not answer yet; an inquiry has no answer then."""
    await in_service(env)
    env.faults.broken["open_option"] = OSError("the disk is full")
    policy = OptionPolicy(expected_within=days(2))
    handle = await env.start("OptionRequest", a_request(kind, policy=policy), "option-OR-1")
    await env.sleep_until(await env.now() + TICK)
    await handle.cancel(reason="pressed on purpose")
    env.faults.broken.clear()
    await env.sleep_until(await env.now() + days(3))
    assert (await handle.result())["stage"] == "cancelled"
    assert [each for each in events(env) if each.startswith("option.")] == ["option.requested", "option.cancelled"]
    assert kinds(env) == []
    assert (await env.state(handle)).deadlines == ()


# What does not fit any more.


async def test_what_is_there_already_when_the_work_is_done_cannot_be_completed(env: TimeSkipping) -> None:
    await in_service(env)
    second = await asked(env, a_request(K.LANGUAGE, "OR-2"))
    await env.send(second, "begin_work", begun())
    await (await worked_on(env, a_request(K.LANGUAGE, "OR-1"))).result()
    refusal = await env.refusal(second, "complete", done())
    assert refusal == (
        "cannot complete the work: the request does not fit subscription sub-SO-100001 any more; "
        "language.language: akasaka.webex.example has pt-BR already; its languages are: ja, pt-BR (OPT-02)"
    )
    assert (await env.state(second)).stage == "in_progress"
    assert kinds(env, "OR-2") == ["option_acknowledged"]
    await env.send(second, "reject", turned_down("it is there already"))
    assert (await second.result())["stage"] == "rejected"


async def test_named_users_that_another_split_took_are_missed_at_the_end(env: TimeSkipping) -> None:
    await in_service(env)
    more = DETAILS[K.SITE_SPLIT]["site_split"] | {"url": "akasaka-lab2.webex.example", "named_users": 20}
    second = await asked(env, a_request(K.SITE_SPLIT, "OR-2", site_split=more))
    await env.send(second, "begin_work", begun())
    await (await worked_on(env, a_request(K.SITE_SPLIT, "OR-1"))).result()
    assert "has 15 named users and must keep at least 1; asked are 20" in await env.refusal(second, "complete", done())


async def test_ord_33_of_two_splits_completed_at_once_only_the_one_that_took_effect_is_told_to_be_done(
    env: TimeSkipping,
) -> None:
    """Both fitted when their work was done, and together they take too many named users."""
    await in_service(env)
    more = DETAILS[K.SITE_SPLIT]["site_split"] | {"named_users": 20}
    first = await asked(env, a_request(K.SITE_SPLIT, "OR-1", site_split=more | {"url": "lab1.webex.example"}))
    second = await asked(env, a_request(K.SITE_SPLIT, "OR-2", site_split=more | {"url": "lab2.webex.example"}))
    env.faults.broken["check_option"] = OSError("the disk is full")
    with nobody_looks_twice():
        for handle in (first, second):
            await env.send(handle, "begin_work", begun())
            await env.send(handle, "complete", done())
    assert kinds(env) == kinds(env, "OR-2") == ["option_acknowledged"], "nobody knows yet"
    env.faults.broken.clear()
    await env.sleep_until(MONDAY + days(1))
    assert [(await handle.result())["stage"] for handle in (first, second)] == ["completed", "completed"]
    assert sites(env) == {SITE: (5, ("ja",)), "lab1.webex.example": (20, ("ja",))}
    assert (events(env)[-1], events(env, "OR-2")[-1]) == ("option.took_effect", "option.without_effect")
    assert kinds(env) == ["option_acknowledged", "option_completed"]
    assert kinds(env, "OR-2") == ["option_acknowledged"]
    view = await env.state(second)
    assert view.facts["without_effect"] == "it did not fit subscription sub-SO-100001 any more, whose record says why"


async def test_nothing_is_completed_for_a_subscription_that_is_terminated(env: TimeSkipping) -> None:
    subscription = await in_service(env)
    requests = {f"OR-{kind}": await asked(env, a_request(kind, f"OR-{kind}")) for kind in K if kind in WORK}
    for handle in requests.values():
        await env.send(handle, "begin_work", begun())
    await env.send(subscription, "terminate", TerminateSubscription(by="ops-7", reason="moved elsewhere"))
    for request_id, handle in some(requests.items()):
        refusal = await env.refusal(handle, "complete", done())
        assert refusal == (
            "cannot complete the work: the request does not fit subscription sub-SO-100001 any more; "
            "subscription_id: subscription sub-SO-100001 is terminated (OPT-01)"
        ), request_id
        assert kinds(env, request_id) == ["option_acknowledged"]
        await env.send(handle, "reject", turned_down("the subscription is over"))
        await handle.result()


# What is expected.


async def test_amb_5_late_is_an_alert_and_the_work_goes_on(env: TimeSkipping) -> None:
    await in_service(env)
    handle = await asked(env, a_request(K.LOGO, policy=OptionPolicy(expected_within=days(2))))
    ends = datetime(2031, 6, 4, 15, tzinfo=UTC)
    assert (await env.state(handle)).deadlines[0].at == ends
    assert "2031年6月4日" in last_mail(env)
    await env.sleep_until(ends - TICK)
    assert (await env.state(handle)).jeopardy == ()
    await env.sleep_until(ends + TICK)
    view = await env.state(handle)
    assert (view.jeopardy, view.attention, view.stage) == ((EXPECTED,), True, "acknowledged")
    assert kinds(env) == ["option_acknowledged"], "nobody is told by mail"
    await env.send(handle, "begin_work", begun())
    await env.send(handle, "complete", done())
    assert (await handle.result())["stage"] == "completed"


async def test_without_an_expectation_it_waits_as_long_as_it_takes_and_its_age_is_listed(env: TimeSkipping) -> None:
    await in_service(env)
    handle = await asked(env, a_request(K.LOGO))
    await env.sleep_until(MONDAY + days(400))
    view = await env.state(handle)
    assert (view.deadlines, view.jeopardy, view.attention) == ((), (), False)
    line = OptionLine.of(env.store.state(NAME, "OR-1"), await env.now())
    assert line.age_in_days == 400
    assert kinds(env) == ["option_acknowledged"]


# Operators.


async def test_while_it_is_held_no_mail_goes_out(env: TimeSkipping) -> None:
    await in_service(env)
    handle = await asked(env, a_request(K.LOGO))
    await env.send(handle, "begin_work", begun())
    await env.send(handle, "hold", Hold(by="ops-7", reason="in dispute"))
    await env.send(handle, "complete", done())
    assert kinds(env) == ["option_acknowledged"]
    await env.send(handle, "resume", Resume(by="ops-7", reason="settled"))
    await handle.result()
    assert kinds(env) == ["option_acknowledged", "option_completed"]


async def test_a_row_that_a_restored_store_lacks_is_written_anew_and_nothing_is_judged_again(env: TimeSkipping) -> None:
    """The subscription is over meanwhile; the request began when it was not."""
    subscription = await in_service(env)
    handle = await asked(env, a_request(K.LOGO))
    await env.send(subscription, "terminate", TerminateSubscription(by="ops-7", reason="moved elsewhere"))
    with env.store.engine.begin() as connection:
        connection.execute(delete(LifecycleRecord).where(LifecycleRecord.lifecycle == NAME))
    await env.send(handle, "begin_work", begun())
    assert env.store.columns(NAME, "OR-1").stage == "in_progress"
    await env.send(handle, "reject", turned_down())
    assert (await handle.result())["stage"] == "rejected"


TRIED_IN_VAIN: Final = timedelta(minutes=5)
"""Ten attempts with their pauses take two of them; each further attempt is a real one."""


async def test_a_subscription_that_does_not_run_is_told_as_soon_as_it_does(env: TimeSkipping) -> None:
    """Temporal has lost it: somebody looks, nothing is refused, and nobody is told of what is not so yet."""
    subscription = await ordered(env)
    handle = await asked(env, a_request(K.LANGUAGE))
    await env.send(handle, "begin_work", begun())
    await subscription.terminate(reason="lost")
    await env.send(handle, "complete", done())
    await env.sleep_until(MONDAY + TRIED_IN_VAIN)
    view = await env.state(handle)
    assert ([step.step for step in view.failing], view.attention) == (["apply_option"], True)
    assert "subscription sub-SO-100001 is open in the store and does not run" in view.failing[0].reason
    assert kinds(env) == ["option_acknowledged"]
    await restarted(env)
    await env.sleep_until(MONDAY + 2 * TRIED_IN_VAIN)
    assert (await handle.result())["stage"] == "completed"
    assert sites(env) == {SITE: (25, ("ja", "pt-BR"))}
    assert kinds(env) == ["option_acknowledged", "option_completed"]


async def restarted(env: TimeSkipping) -> None:
    """As `tenure audit` does: it goes on where the store has it."""
    row = env.store.row(Lifecycle.SUBSCRIPTION, "sub-SO-100001")
    start = (begin := KINDS[Lifecycle.SUBSCRIPTION].repair.start) and begin(row.state, [])
    assert start is not None
    await env.start("Subscription", start, "subscription-sub-SO-100001")


async def test_an_operator_may_go_on_without_the_effect_and_then_nobody_is_told_of_it(env: TimeSkipping) -> None:
    subscription = await in_service(env)
    handle = await asked(env, a_request(K.LANGUAGE))
    await env.send(handle, "begin_work", begun())
    await subscription.terminate(reason="lost")
    await env.send(handle, "complete", done())
    await env.sleep_until(MONDAY + TRIED_IN_VAIN)
    without = SettleStep(by="ops-7", step="apply_option", outcome="leave_out", reason="the contract is over anyway")
    await env.send(handle, "settle_step", without)
    assert (await handle.result())["stage"] == "completed"
    assert events(env)[-1] == "option.without_effect"
    assert kinds(env) == ["option_acknowledged"]
    assert sites(env) == {SITE: (25, ("ja",))}
