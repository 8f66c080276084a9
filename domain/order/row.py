"""An order as it is stored, for whoever reads it whole."""

from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.messages import PlaceOrder, ReportSiteBuilt
from domain.order.state import OrderState
from domain.values import Model


class OrderRow(Model):
    """An order as it stands in the store."""

    state: OrderState
    placed: PlaceOrder
    """As it was placed."""

    provisioning_form: ProvisioningForm | None = None
    graduation_form: GraduationForm | None = None
    access: ReportSiteBuilt | None = None
    """Access data for the Welcome, as reported with the built site."""
