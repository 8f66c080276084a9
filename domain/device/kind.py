"""Device loans, as a row of the table of lifecycles."""

from datetime import UTC, datetime
from typing import Final

from domain.device.examples import EXAMPLES, offers
from domain.device.letters import LETTERS
from domain.device.list_line import DeviceLine
from domain.device.messages import StartDeviceLoan
from domain.device.recompute import DeviceRecount
from domain.device.repair import REPAIR
from domain.device.row import DeviceRow
from domain.device.rules import RULES
from domain.device.state import DeviceState
from domain.device.states import DeviceStage
from domain.device.view import device_view
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.operator_updates import about

DEVICE: Final = Kind(
    name=Lifecycle.DEVICE,
    workflow="DeviceLoan",
    start=StartDeviceLoan,
    id_field="device_id",
    id_example="D-5003",
    opened_by_record=True,
    row=DeviceRow,
    linked_to=lambda state: state.trial_id,
    list_line=DeviceLine,
    state=DeviceState,
    stages=DeviceStage,
    examples=EXAMPLES,
    operator_examples=about(
        "device-D-5003/device_eula/customer_administrator/0",
        acknowledge={"alert": "device_overdue"},
        extend_due_date={"deadline": "device_return_due", "at": datetime(2030, 7, 31, 15, tzinfo=UTC)},
        skip_reminder={"deadline": "device_reminder/2030-07-14/7"},
    ),
    letters=LETTERS,
    view=device_view,
    offers=offers,
    recompute=DeviceRecount,
    rules=RULES,
    repair=REPAIR,
)
