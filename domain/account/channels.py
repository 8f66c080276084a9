"""Through which doors a case comes in, and which one is right for a data centre. SUP-07, SUP-30 to SUP-37, AMB-38."""

from enum import StrEnum


class DataCentre(StrEnum):
    """Where an account's data is kept. SUP-30, SUP-31, SUP-34, SUP-35."""

    UNITED_STATES = "US"
    INDIA = "IN"
    AUSTRALIA = "AU"
    JAPAN = "JP"
    EUROPE = "EU"
    SAUDI_ARABIA = "SA"
    CANADA = "CA"
    UNITED_KINGDOM = "UK"


class Channel(StrEnum):
    """How a case came in; each ends as a case. SUP-07, SUP-30 to SUP-35."""

    WIDGET = "widget"
    PORTAL = "portal"
    EMAIL = "email"
    PHONE = "phone"
    CHAT = "chat"
