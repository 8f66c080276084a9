"""The files to paste into the Web UI: `python -m tools.ui_examples --write`. A test keeps them true.

examples/ui is for work: what only people know is to be put in. examples/invented is for trying things out.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, examples_of
from domain.order.examples import EXAMPLES as ORDER_EXAMPLES
from domain.order.examples import RENEWAL_FORM
from domain.order.messages import Offering, OrderItem, OrderKind, PlaceOrder, SubmitForm
from domain.permissions import PartnerRole
from domain.placeholder import offered
from domain.trial.examples import CONTACT
from domain.trial.examples import EXAMPLES as TRIAL_EXAMPLES
from domain.trial.messages import (
    CustomerAdministrator,
    Service,
    StartTrial,
    TrialDevice,
    TrialKind,
)
from domain.values import Country, Customer, Language, Message, Partner, Person

ROOT: Final = Path(__file__).resolve().parent.parent

FOLDER: Final = ROOT / "examples" / "ui"
INVENTED: Final = ROOT / "examples" / "invented"

UPDATES: Final[Mapping[Lifecycle, Mapping[str, Message]]] = {name: examples_of(kind) for name, kind in KINDS.items()}
"""Every update that a workflow may accept."""


def _person(first_name: str, last_name: str, email: str) -> Person:
    language = Language.JAPANESE
    return Person(first_name=first_name, last_name=last_name, email=email, language=language, zone="Asia/Tokyo")


def _customer(id_: str, company: str, contact: Person) -> Customer:
    return Customer(id=id_, company=company, country=Country("JP"), zone="Asia/Tokyo", contact=contact)


AKASAKA: Final = _customer("akasaka", "赤坂商事株式会社", _person("花子", "山田", "hanako.yamada@akasaka.example.com"))
AOYAMA: Final = _customer("aoyama", "青山食品株式会社", _person("健二", "青木", "kenji.aoki@aoyama.example.com"))
UMI: Final = _customer("umi", "海運輸株式会社", _person("真理", "小林", "mari.kobayashi@umi.example.com"))
KITA: Final = _customer("kita", "北建設株式会社", _person("誠", "森", "makoto.mori@kita.example.com"))
"""Each trial its own customer: what somebody has bought or tries already cannot be tried."""

PARTNER: Final = Partner(id="hikari", company="ひかりシステムズ株式会社", contact=CONTACT)

ITEMS: Final = (
    OrderItem(part_number="A-NH-MTG", offering=Offering.NAMED_HOST, quantity=25),
    OrderItem(part_number="A-PORTS", offering=Offering.PORT, quantity=50),
)
"""With ports, so that there are terms to accept."""


def _order(number: str, **more: object) -> PlaceOrder:
    given = {"by": "ops-7", "sales_order_number": number, "customer": AKASAKA, "ordering_partner": PARTNER}
    return PlaceOrder.model_validate(given | {"items": ITEMS} | more)


def _trial(trial_id: str, kind: TrialKind, customer: Customer, *services: Service, **more: object) -> StartTrial:
    given = {"by": "partner-hikari", "trial_id": trial_id, "kind": kind, "partner": PARTNER, "customer": customer}
    told = {"partner_role": PartnerRole.SALES_ADMINISTRATOR, "business_vertical": "Retail", "supported_location": True}
    return StartTrial.model_validate(given | told | {"services": services} | more)


def _device() -> TrialDevice:
    expires = datetime(2030, 6, 30, 15, tzinfo=UTC)
    return TrialDevice(device_id="D-7001", model="Desk Pro", serial_number="FOC2301A1BC", expires_on=expires)


def starts() -> dict[str, Message]:
    """What people start: an order of both kinds, a trial of all three, and what the others say of themselves."""
    full = _person("太郎", "鈴木", "taro.suzuki@aoyama.example.com")
    administrators = (CustomerAdministrator(person=full, full=True),)
    consented = {"confirmed_organization": True, "administrators": administrators}
    own = {f"{kind.name}.start.{sort}": start for kind in KINDS.values() for sort, start in kind.start_examples.items()}
    return own | {
        "order.start.new": _order("SO-100001"),
        "order.start.renewal": _order("SO-200001", kind=OrderKind.RENEWAL, subscription_id="sub-SO-100001"),
        "trial.start.new_customer": _trial(
            "T-1001", TrialKind.NEW_CUSTOMER, UMI, Service.MEETINGS, devices=(_device(),), days=60
        ),
        "trial.start.existing_customer": _trial(
            "T-1002", TrialKind.EXISTING_CUSTOMER, AOYAMA, Service.MEETINGS, **consented
        ),
        "trial.start.paying_customer": _trial(
            "T-1003", TrialKind.PAYING_CUSTOMER, KITA, Service.CALLING, purchased=(Service.MEETINGS,)
        ),
    }


def long() -> dict[str, Message]:
    """Forms that nobody types to try something out, by file name."""
    convert = TRIAL_EXAMPLES["convert"].model_copy(
        update={"order_number": None, "order": _order("SO-300001", customer=AOYAMA)}
    )
    return {
        "order.submit_provisioning_form": ORDER_EXAMPLES["submit_provisioning_form"],
        "order.submit_provisioning_form.renewal": SubmitForm(by="partner-hikari", form=RENEWAL_FORM),
        "order.graduate": ORDER_EXAMPLES["graduate"],
        "trial.convert.with_order": convert,
    }


def messages() -> dict[str, Message]:
    """Every message as somebody invented might send it, by file name."""
    found = {f"{state}.{update}": message for state, known in UPDATES.items() for update, message in known.items()}
    return starts() | found | long()


def invented() -> dict[str, str]:
    """The files of examples/invented."""
    return {name: written(message) for name, message in (starts() | long()).items()}


def to_fill_in() -> dict[str, str]:
    """The files of examples/ui. One form fits both kinds of orders; a start's file is named by its kind."""
    return {
        name: _json(offered(message, {"kind"} if name in starts() else ()))
        for name, message in messages().items()
        if name != "order.submit_provisioning_form.renewal"
    }


def written(message: Message) -> str:
    """A message as people read it, without what has a default."""
    return _json(message.model_dump(mode="json", exclude_defaults=True))


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Write every file; remove what is no longer one."""
    for folder, files in ((FOLDER, to_fill_in()), (INVENTED, invented())):
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.json"):
            if path.stem not in files:
                path.unlink()
        for name, text in files.items():
            (folder / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tools.ui_examples --write")
    main()
