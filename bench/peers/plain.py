"""The reference: an order's life as a user of Temporal would plainly write it, one activity a step.

Eight activities (each a SQL transaction, five of them with a mail), five updates, one timer.
"""

import asyncio
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from bench.peers.business import Business

Json = dict[str, Any]
HOLD = timedelta(days=5)
TRIES = RetryPolicy(maximum_interval=timedelta(seconds=30))


@dataclass
class Order:
    """What the first step needs."""

    number: str
    customer: str


@dataclass
class Letter:
    """What a step with a mail needs."""

    number: str
    to: str
    text: str


class Steps:
    """The activities."""

    def __init__(self, business: Business) -> None:
        self._business = business

    @activity.defn
    def open_order(self, order: Order) -> None:
        self._business.open(order.number, order.customer)

    @activity.defn
    def ask_for_terms(self, letter: Letter) -> None:
        self._business.write_to(letter.to, letter.number, "terms_wanted", letter.text)

    @activity.defn
    def ship(self, letter: Letter) -> None:
        self._business.write_to(letter.to, letter.number, "shipped", letter.text)

    @activity.defn
    def keep_form(self, letter: Letter) -> None:
        self._business.write_to(letter.to, letter.number, "provisioning", letter.text)

    @activity.defn
    def begin_service(self, number: str) -> None:
        self._business.record(number, "service_ready")

    @activity.defn
    def welcome(self, letter: Letter) -> None:
        self._business.write_to(letter.to, letter.number, "welcomed", letter.text)

    @activity.defn
    def assign_manager(self, number: str) -> None:
        self._business.record(number, "manager_assigned")

    @activity.defn
    def hand_over(self, letter: Letter) -> None:
        self._business.write_to(letter.to, letter.number, "completed", letter.text)


@workflow.defn
class PlainOrder:
    """From the hold to graduation."""

    def __init__(self) -> None:
        self.messages: dict[str, Json] = {}

    @workflow.run
    async def run(self, order: Json) -> str:
        self.number = number = order["sales_order_number"]
        customer, partner = order["customer"]["contact"]["email"], order["ordering_partner"]["contact"]["email"]
        await self.do(Steps.open_order, Order(number, order["customer"]["id"]))
        await self.write(Steps.ask_for_terms, customer, "Please accept the terms.")
        await self.both_terms_and_clearance()
        await self.write(Steps.ship, partner, "Your order is confirmed.")
        form = (await self.message("submit_provisioning_form"))["form"]
        await self.write(Steps.keep_form, form["partner_email"], f"Your form: {form}")
        built = await self.message("report_site_built")
        await self.do(Steps.begin_service, number)
        await self.write(Steps.welcome, customer, f"Set your password: {built['password_url']}")
        graduation = (await self.message("graduate"))["form"]
        await self.do(Steps.assign_manager, number)
        await self.write(Steps.hand_over, graduation["copy_email"], f"Your form: {graduation}")
        return "completed"

    async def both_terms_and_clearance(self) -> None:
        wanted = {"accept_terms", "clear_compliance"}
        try:
            await workflow.wait_condition(lambda: wanted <= self.messages.keys(), timeout=HOLD)
        except TimeoutError:
            await workflow.wait_condition(lambda: wanted <= self.messages.keys())

    async def message(self, name: str) -> Json:
        await workflow.wait_condition(lambda: name in self.messages)
        return self.messages[name]

    async def write(self, step: Callable[..., Any], to: str, text: str) -> None:
        await self.do(step, Letter(self.number, to, text))

    async def do(self, step: Callable[..., Any], given: Any) -> None:
        await workflow.execute_activity_method(
            step, given, start_to_close_timeout=timedelta(seconds=30), retry_policy=TRIES
        )

    @workflow.update
    def accept_terms(self, message: Json) -> str:
        return self.took("accept_terms", message)

    @workflow.update
    def clear_compliance(self, message: Json) -> str:
        return self.took("clear_compliance", message)

    @workflow.update
    def submit_provisioning_form(self, message: Json) -> str:
        return self.took("submit_provisioning_form", message)

    @workflow.update
    def report_site_built(self, message: Json) -> str:
        return self.took("report_site_built", message)

    @workflow.update
    def graduate(self, message: Json) -> str:
        return self.took("graduate", message)

    def took(self, name: str, message: Json) -> str:
        self.messages[name] = message
        return name


async def main(address: str, queue: str, database_url: str, mail_port: int) -> None:
    """Work until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await Client.connect(address)
    steps = Steps(Business(database_url, mail_port))
    activities = [getattr(steps, name) for name in vars(Steps) if not name.startswith("_")]
    with ThreadPoolExecutor(8) as threads:
        async with Worker(
            client, task_queue=queue, workflows=[PlainOrder], activities=activities, activity_executor=threads
        ):
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
