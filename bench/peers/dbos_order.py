"""The reference's life on DBOS: the same steps, messages and mails; PostgreSQL holds its state and the data."""

import signal
import sys
import threading
from typing import Any

from dbos import DBOS, DBOSConfig

from bench.peers.business import Business

Json = dict[str, Any]
QUEUE = "orders"
HOLD = 5 * 24 * 3600.0
"""Seconds."""

LOOKED_AT_EVERY = 0.1
"""Seconds between two looks into the queue, instead of one second."""

business: Business


@DBOS.step()
def open_order(number: str, customer: str) -> None:
    business.open(number, customer)


@DBOS.step()
def ask_for_terms(number: str, to: str) -> None:
    business.write_to(to, number, "terms_wanted", "Please accept the terms.")


@DBOS.step()
def ship(number: str, to: str) -> None:
    business.write_to(to, number, "shipped", "Your order is confirmed.")


@DBOS.step()
def keep_form(number: str, form: Json) -> None:
    business.write_to(form["partner_email"], number, "provisioning", f"Your form: {form}")


@DBOS.step()
def begin_service(number: str) -> None:
    business.record(number, "service_ready")


@DBOS.step()
def welcome(number: str, to: str, page: str) -> None:
    business.write_to(to, number, "welcomed", f"Set your password: {page}")


@DBOS.step()
def assign_manager(number: str) -> None:
    business.record(number, "manager_assigned")


@DBOS.step()
def hand_over(number: str, form: Json) -> None:
    business.write_to(form["copy_email"], number, "completed", f"Your form: {form}")


@DBOS.workflow()
def dbos_order(order: Json) -> str:
    """From the hold to graduation."""
    number, customer = order["sales_order_number"], order["customer"]
    open_order(number, customer["id"])
    ask_for_terms(number, customer["contact"]["email"])
    wait_for("accept_terms")
    wait_for("clear_compliance")
    ship(number, order["ordering_partner"]["contact"]["email"])
    keep_form(number, wait_for("submit_provisioning_form")["form"])
    built = wait_for("report_site_built")
    begin_service(number)
    welcome(number, customer["contact"]["email"], built["password_url"])
    graduation = wait_for("graduate")
    assign_manager(number)
    hand_over(number, graduation["form"])
    return "completed"


def wait_for(topic: str) -> Json:
    """A message, answered: who sent it waits for the event, as for an Update's answer."""
    message: Json = DBOS.recv(topic, timeout_seconds=HOLD)
    DBOS.set_event(topic, "taken")
    return message


def main(database_url: str, mail_port: int) -> None:
    """Work until SIGTERM."""
    global business  # noqa: PLW0603 - DBOS steps are functions of a module
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    business = Business(database_url, mail_port)
    config: DBOSConfig = {"name": "bench", "system_database_url": database_url, "log_level": "WARNING"}
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(QUEUE, polling_interval_sec=LOOKED_AT_EVERY)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    stop.wait()
    DBOS.destroy()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
