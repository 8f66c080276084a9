"""What somebody types who starts a trial for a new customer."""

from typing import Final

NEW: Final = {
    "kind": "new_customer",
    "partner.company": "Hikari Systems",
    "partner.contact.first_name": "Ken",
    "partner.contact.last_name": "Sato",
    "customer.id": "meguro",
    "customer.company": "Meguro Books",
    "customer.country": "JP",
    "customer.zone": "Asia/Tokyo",
    "customer.contact.first_name": "Hanako",
    "customer.contact.last_name": "Yamada",
    "customer.contact.email": "hanako@meguro.example.com",
    "customer.contact.language": "ja",
    "customer.contact.zone": "Asia/Tokyo",
    "business_vertical": "Retail",
    "supported_location": "yes",
    "services": "messaging",
}
