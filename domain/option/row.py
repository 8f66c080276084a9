"""An option request as it is stored, for whoever reads it whole."""

from domain.option.messages import RequestOption
from domain.option.state import OptionState
from domain.values import Model


class OptionRow(Model):
    """A request as it stands in the store."""

    state: OptionState
    placed: RequestOption
    """As it was asked."""
