"""The demo plays every example from start to end, and shows it in any terminal. Played once; every test looks at it."""

import asyncio
import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from adapters.sql.store import SqlStore, open_store
from adapters.temporal.clock import ClockHeld
from domain.case.mails import CaseMail
from domain.compliance.mails import ComplianceMail
from domain.hub.imports import Imported
from domain.lifecycle import Lifecycle
from domain.order.state import OrderState
from domain.order.view import order_view
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.trial.view import trial_view
from domain.wholesale.list_line import WholesaleLine
from domain.wholesale.state import WholesaleState
from starter.console.ids import subject_of
from starter.demo.acts import Happening
from starter.demo.demo import THRESHOLDS, play, prepare, sent_mails, stage
from starter.demo.hub import hub_table, import_files, moved, suspensions, the_end
from starter.demo.screen import Screen
from starter.demo.tables import Ended, Start
from starter.demo.world import World
from tests.makers import MONDAY, a_customer, a_paid_customer_s_trial, an_order, some
from tests.support.embedded import QUEUE, Background

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
HUB = EXAMPLES / "hub" / "demo"
TERMINALS = [(80, 24), (120, 30), (200, 50)]
DAY = re.compile(r"\d{4}-\d\d-\d\d")
ID = r" (SO|T|OR|C|W)-(\d|OWN)"
EIGHT_HOURS = timedelta(hours=8)
A_WHILE = timedelta(minutes=20)
"""A clock goes on by itself while something is under way: on a busy machine, by so much at most."""


@dataclass
class Played:
    """What was shown while it ran, and at the end."""

    screen: Screen
    starts: list[Start]
    happened: list[Happening]
    sent: dict[str, int]
    piped: str

    def of(self, workflow_id: str) -> list[Happening]:
        return [each for each in self.happened if each.workflow_id == workflow_id]

    def texts(self, workflow_id: str) -> list[str]:
        return [each.text for each in self.of(workflow_id)]

    def tables(self, width: int) -> str:
        console = Console(width=width, file=io.StringIO())
        for table in Ended(self.screen.views, self.sent).tables(self.starts):
            console.print(table)
        return written(console)


def written(console: Console) -> str:
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def printed(table: Table) -> str:
    """On a terminal of 80 columns, as most are."""
    console = Console(width=80, file=io.StringIO())
    console.print(table)
    text = written(console)
    assert "…" not in text, "nothing is cut off"
    return " ".join(text.split())


@pytest.fixture(scope="module")
def played(one_service: Background) -> Played:
    """All of examples/, on the shared server."""
    console = Console(width=80, file=io.StringIO())
    prepare(one_service.store, EXAMPLES, MONDAY)
    screen, world, starts = stage(one_service.client, QUEUE, EXAMPLES, console)
    happened: list[Happening] = []
    shown = world.show

    async def show(happening: Happening) -> None:
        happened.append(happening)
        await shown(happening)

    world.show = show
    asyncio.run_coroutine_threadsafe(play(screen, world, starts), one_service.loop).result(1800)
    sent = sent_mails(one_service.store, list(screen.views))
    return Played(screen, [*starts, *world.to_come.values()], happened, sent, written(console))


def test_every_example_ends_as_it_should(played: Played) -> None:
    stages = {name: view.stage for name, view in played.screen.views.items()}
    assert stages == {
        "order-SO-100001": "completed",
        "order-SO-100002": "completed",
        "order-SO-100003": "cancelled",
        "order-SO-100004": "rejected",
        "order-SO-100005": "completed",
        "order-SO-200001": "completed",
        "order-SO-200002": "completed",
        "order-SO-300001": "completed",
        "subscription-sub-SO-100001": "active",
        "subscription-sub-SO-100002": "active",
        "subscription-sub-SO-100005": "suspended",
        "subscription-sub-SO-300001": "active",
        "trial-T-1001": "converted",
        "trial-T-1002": "lapsed.numbers_released",
        "trial-T-1003": "cancelled",
        "trial-T-1004": "cancelled",
        "trial-T-1005": "lapsed",
        "device-D-5001": "matched",
        "device-D-5002": "overdue",
        "option-OR-4001": "completed",
        "option-OR-4003": "completed",
        "case-C-1001": "closed",
        "case-C-1002": "closed",
        "case-C-1003": "closed",
        "wholesale-W-1001": "provisioned",
        "wholesale-W-1002": "provisioned",
        "wholesale-W-1003": "provisioned",
        "wholesale-W-1004": "deprovisioned",
        "wholesale-W-OWN-1": "deprovisioned",
        "compliance-W-1001-1": "clear",
        "compliance-W-1002-1": "clear",
        "compliance-W-1003-1": "approved",
        "compliance-W-1004-1": "deprovisioned",
        "compliance-W-OWN-1-1": "clear",
    }


def test_a_renewal_and_a_paid_order_begin_when_the_lifecycle_they_belong_to_has_come_so_far(played: Played) -> None:
    """No order is placed in its own future, and none of them is late before it begins."""
    assert "renewed: active" in played.texts("subscription-sub-SO-100001")
    assert "renewed: active" in played.texts("subscription-sub-SO-100002")
    for name in ("order-SO-200001", "order-SO-300001"):
        assert not played.screen.views[name].jeopardy
        days = [each.at for each in played.of(name)]
        assert days == sorted(days)
        assert days[0] > min(each.at for each in played.happened)


def test_from_consent_that_lapses_to_numbers_that_are_released(played: Played) -> None:
    """TRL-31, TRL-71 to TRL-80."""
    assert played.texts("trial-T-1002") == [
        "the partner starts a trial (new customer)",
        "all services are built",
        "Expiry warning, 7 days before",
        "Expiry notice, on the last day",
        "Trial expires: grace begins",
        "Last call, 7 days before the loss",
        "Last call, 1 day before the loss",
        "Grace ends: the trial is lost for good",
        "lost for good: users moved, licences removed, site url released, roles removed, calling configuration removed",
        "Phone numbers are released",
    ]
    assert played.texts("trial-T-1003") == [
        "the partner starts a trial (existing customer)",
        "Consent lapses: cancel the trial",
    ]


def test_devices_come_back_or_are_overdue_on_clocks_of_their_own(played: Played) -> None:
    """TRL-90, TRL-94, TRL-95."""
    told = [each for each in played.happened if each.workflow_id in {"trial-T-1005", "device-D-5001", "device-D-5002"}]
    assert not [each for each in some(told) if each.refused]
    when = {each.text: each.at for each in told}
    assert when["Return due: then it is overdue"] < when["Grace ends: the trial is lost for good"]
    behind = [earlier.at - later.at for earlier, later in pairwise(told)]
    assert max(behind) < A_WHILE, "clocks are moved one after the other: on a busy machine they differ by moments"


def test_an_inquiry_is_answered_at_once_and_a_language_is_part_of_the_subscription_from_then_on(played: Played) -> None:
    """OPT-02, OPT-03."""
    renews = played.screen.views["option-OR-4003"].facts["answer"]
    assert played.texts("option-OR-4003") == ["the partner asks for the renewal date", f"answered at once: {renews}"]
    begun, refused, done = played.of("option-OR-4001")[1:]
    assert (begun.refused, refused.refused, done.refused) == (False, True, False)
    assert "work has begun" in refused.text
    assert "has from now on: akasaka.webex.example (25: ja, pt-BR)" in played.texts("subscription-sub-SO-100001")
    assert played.screen.views["subscription-sub-SO-100001"].facts["sites"].endswith("(25: ja, pt-BR)")


def test_clocks_of_a_case_pause_breach_and_are_met_and_it_closes_by_itself(
    played: Played, one_service: Background
) -> None:
    """SUP-20, SUP-21: eight hours without those in which the partner owed an answer."""
    when = {each.text: each.at for each in played.of("case-C-1001")}
    pause = when["the partner answers: the clocks go on"] - when["the agent asks the partner: the clocks pause"]
    told = list(when)
    assert pause > A_WHILE * 2
    assert when["Identification: breach"] - when["the partner needs help (widget)"] - pause < EIGHT_HOURS + A_WHILE
    assert told.index("Identification: breach") < told.index("the problem is identified, too late")
    assert "First response: breach" not in told
    assert told[-1] == "The case closes by itself"
    facts = played.screen.views["case-C-1001"].facts
    assert (facts["severity"], facts["in_time"]) == ("S1 – Critical", "67%")


def test_s1_that_is_found_late_counts_from_the_receipt_and_makes_one_notice(
    played: Played, one_service: Background
) -> None:
    """SUP-13, AMB-36."""
    facts = played.screen.views["case-C-1002"].facts
    assert (facts["severity"], facts["in_time"]) == ("S1 – Critical", "100%")
    assert A_WHILE > timedelta(minutes=int(facts["minutes_lost"]) - 150) >= timedelta(0)
    mails = [mail.kind for mail in one_service.store.mails(Lifecycle("case"), "C-1002")]
    assert mails.count(CaseMail.SLA_STARTED_LATE) == 1
    assert CaseMail.SLA_WARNING not in mails


def test_a_region_without_a_threshold_has_no_large_account_and_no_clock(played: Played) -> None:
    """AMB-32."""
    facts = played.screen.views["case-C-1003"].facts
    assert set(THRESHOLDS) == {"JP"}
    assert (facts["severity"], facts["large_user_account"], facts.get("in_time")) == ("normal", "no", None)
    assert not [text for text in played.texts("case-C-1003") if "warn" in text or "breach" in text]


def test_a_customer_is_provisioned_while_somebody_reviews_it_and_a_late_review_decides_nothing(played: Played) -> None:
    """WHS-22 to WHS-25."""
    assert played.texts("compliance-W-1001-1") == ["screened by csl-1+dpl-1: clear"]
    assert played.texts("wholesale-W-1003")[1:] == ["provisioned, while the review goes on"]
    assert played.texts("compliance-W-1003-1") == [
        "screened by csl-1+dpl-1: in review",
        "The review takes long: alert",
        "approved: another company of that name",
    ]


def test_a_partner_who_answers_nobody_is_contacted_three_times_and_its_customer_is_deprovisioned(
    played: Played, one_service: Background
) -> None:
    """WHS-26, WHS-27, AMB-30: on days 0, 3 and 7, and three days more."""
    assert played.texts("compliance-W-1004-1")[2:] == [
        "Contact the partner, attempt 2 of 3",
        "Contact the partner, attempt 3 of 3",
        "Last call, 1 day before the deprovisioning",
        "The partner did not answer: customer and users are deprovisioned",
    ]
    assert played.texts("wholesale-W-1004")[-1] == "deprovisioned, step by step: certificate C-W-1004"
    mails = [mail.kind for mail in one_service.store.mails(Lifecycle("compliance"), "W-1004-1")]
    assert mails.count(ComplianceMail.COMPLIANCE_CONTACT) == 3
    assert "W-1004: contacts 3 of 3, the compliance check was not resolved in time (WHS-27)" in played.tables(80)


def test_a_partner_s_own_organization_leaves_the_lists_with_its_end(played: Played, one_service: Background) -> None:
    """WHS-07."""
    assert played.texts("wholesale-W-OWN-1")[-1] == "deprovisioned, step by step: certificate C-W-OWN-1"
    (line,) = (each for each in _customers(one_service) if each.own)
    assert not line.is_listed


def _customers(service: Background) -> list[WholesaleLine]:
    states = service.store.states(Lifecycle("wholesale"), ["W-1001", "W-OWN-1"])
    return [WholesaleLine.of(state, MONDAY) for state in states.values() if isinstance(state, WholesaleState)]


@pytest.mark.parametrize(("width", "height"), TERMINALS)
def test_the_screen_fits_and_its_newest_line_is_on_it(played: Played, width: int, height: int) -> None:
    """Ids whole, what does not fit counted, nothing wider or higher than the terminal."""
    console = Console(width=width, height=height, file=io.StringIO())
    screen = Screen(console, played.screen.zones, played.screen.views, played.screen.latest, mails=88)
    newest = Happening("trial-T-1005", MONDAY, "the newest of all")
    screen.happened(newest, screen.views["trial-T-1005"])
    written(console)
    console.file = io.StringIO()
    console.print(screen.picture())
    lines = written(console).splitlines()
    assert len(lines) < height
    assert max(map(len, lines)) <= width
    assert "the newest of all" in lines[-2]
    shown = [name for name in screen.views if any(line.startswith(f"{name} ") for line in lines)]
    counted = re.search(r"and (\d+) more: ", written(console))
    assert len(shown) + (int(counted[1]) if counted else 0) == len(screen.views)
    assert "trial-T-1005" in shown
    assert ("waits for" in lines[0]) == (width >= 110)


def test_piped_it_is_a_line_for_each_happening(played: Played) -> None:
    shown = [line.split(" ", 2)[2] for line in played.piped.splitlines()]
    assert sorted(shown) == sorted(f"{each.workflow_id} {each.text}" for each in some(played.happened))


@pytest.mark.parametrize("width", [width for width, _ in TERMINALS])
def test_the_tables_show_all_that_was_played_whole(played: Played, width: int) -> None:
    text = played.tables(width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    ids = [line.split()[0] for line in text.splitlines() if re.match(ID, line)]
    assert ids == [
        *("SO-100001", "SO-100002", "SO-100003", "SO-100004", "SO-100005", "SO-200001", "SO-200002", "SO-300001"),
        *("T-1001", "T-1002", "T-1003", "T-1004", "T-1005"),
        *("OR-4001", "OR-4003", "C-1001", "C-1002", "C-1003"),
        *("W-1001", "W-1002", "W-1003", "W-1004", "W-OWN-1"),
    ]


def test_every_mail_is_counted_once(played: Played, one_service: Background) -> None:
    """As the ledger has it: a view knows those of its own term only."""
    counts = [int(line.split()[-1]) for line in played.tables(200).splitlines() if re.match(ID, line)]
    assert sum(counts) == sum(played.sent.values())
    assert played.sent["trial-T-1005"] == len(one_service.store.mails(Lifecycle.TRIAL, "T-1005"))


def test_the_readme_shows_what_the_demo_shows(played: Played) -> None:
    """But for the dates, which are today's."""
    block = next(text for text in (ROOT / "README.md").read_text(encoding="utf-8").split("```") if "in service" in text)
    sample = [DAY.sub("date", line).rstrip() for line in block.strip("\n").splitlines()]
    middle = sample.index(" …")
    happened = [line.split(" ", 2)[2] for line in some(sample[:middle]) if "mail →" not in line]
    assert set(some(happened)) <= {f"{each.workflow_id} {each.text}" for each in played.happened}
    table = [DAY.sub("date", line).rstrip() for line in played.tables(100).splitlines()]
    first = next(at for at, line in enumerate(table) if "in service" in line)
    assert sample[middle + 1 :] == table[first : table.index("", first)]


@pytest.fixture(scope="module")
def beside(played: Played, one_service: Background, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """A copy of the store: what is imported there is in nobody's way."""
    copy = tmp_path_factory.mktemp("hub") / "tenure.db"
    url = one_service.env.reach["DATABASE_URL"]
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as store, closing(sqlite3.connect(copy)) as there:
        store.backup(there)
    opened = open_store(f"sqlite:///{copy}")
    yield opened
    opened.close()


@pytest.mark.parametrize("weekday", range(7))
def test_hub_13_the_files_of_the_hub_tell_of_the_last_seven_days_whatever_day_it_is(weekday: int) -> None:
    """What is older says nothing about who uses more than was purchased."""
    today = date(2028, 1, 3) + timedelta(days=weekday)
    usage = (HUB / "usage.csv").read_text(encoding="utf-8")
    text = moved({Imported.USAGE: usage, Imported.CALLING: (HUB / "calling.csv").read_text(encoding="utf-8")}, today)
    days = [date.fromisoformat(day) for day in DAY.findall(text[Imported.USAGE])]
    for last_day in (today, today - timedelta(days=1)):
        assert any(last_day - timedelta(days=7) < day <= last_day for day in days)


def test_the_hub_takes_in_its_files_and_is_asked(played: Played, beside: SqlStore) -> None:
    """HUB-10 to HUB-16, HUB-53: days are those of the demo, so what was used lately counts."""
    now = max(each.at for each in played.happened)
    suspended = suspensions(import_files(beside, HUB, now))
    (suspend,) = [each for each in suspended if each.to in played.screen.views]
    assert (suspend.to, suspend.update) == ("subscription-sub-SO-100005", "suspend")
    end = the_end(beside, now)
    statuses = {customer.customer_id: {str(each.status) for each in found} for customer, found in end.customers}
    assert "over_licence" in statuses["minato"]
    assert statuses["W-1001"] == {"subscription"}
    assert "suspended" in statuses["northwind"]
    table = printed(hub_table(end))
    assert "みなと製作所株式会社 hikari over licence" in table
    assert re.search(r"nearing renewal \d+, low licence assignment \d+, over licence limit [1-9]", table)


def test_every_row_of_the_hub_s_files_is_about_somebody_of_the_demo(played: Played, beside: SqlStore) -> None:
    for kind in some(Imported):
        ids = {line.split(",")[0] for line in (HUB / f"{kind}.csv").read_text("utf-8").splitlines()[1:]}
        known_ids = beside.known_customers(ids) | beside.with_licences(ids).keys()
        assert ids == known_ids, kind


def test_of_orders_no_cell_but_a_long_name_needs_two_lines_on_a_terminal_of_80_columns() -> None:
    order = an_order("SO-100001", customer=a_customer(company="海の家ホールディングス株式会社"))
    view = order_view(OrderState.placed(order, MONDAY), MONDAY).model_copy(update={"stage": "completed"})
    built = view.model_copy(update={"facts": {"built_at": MONDAY.isoformat()}})
    subscription = view.model_copy(update={"stage": "terminated", "facts": {"renewal_date": "2028-12-31"}})
    views = {"order-SO-100001": built, "subscription-sub-SO-100001": subscription}

    shown = printed(next(Ended(views, {"order-SO-1": 13}).tables([order])))

    assert "completed 2026-06-01 terminated 2028-12-31 0" in shown


def test_what_a_trial_took_and_spared_stands_under_the_table() -> None:
    """AMB-48."""
    tried = a_paid_customer_s_trial("T-1")
    state = TrialState.placed(tried, MONDAY)
    state.stage, state.lost, state.spared = TrialStage.LAPSED, ("licences_removed",), {"users_moved": "[an order]"}

    shown = printed(next(Ended({"trial-T-1": trial_view(state, MONDAY)}).tables([tried])))

    assert shown.endswith("T-1 lost for good: licences removed T-1 kept: users_moved: [an order]")


async def test_what_ends_the_demo_is_said_itself_not_as_one_of_several(played: Played, one_service: Background) -> None:
    """An `ExceptionGroup` names nothing."""

    class Held(World):
        async def play(self, start: Start) -> None:
            raise ClockHeld(subject_of(start).workflow_id, MONDAY, "an activity is under way")

    world = Held(one_service.client, QUEUE, [], {}, shown_nowhere)
    with pytest.raises(ClockHeld, match="an activity is under way"):
        await play(played.screen, world, played.starts[:2])


async def shown_nowhere(_happening: Happening) -> None:
    raise AssertionError("nothing happens")
