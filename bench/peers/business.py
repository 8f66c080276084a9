"""What an order's steps do in the world, for the peers: one SQL transaction each, and five of them a mail."""

import smtplib
from email.message import EmailMessage
from typing import Final

import sqlalchemy as sa

HOST: Final = "127.0.0.1"
MAIL_DEADLINE: Final = 12.0
"""Seconds."""

TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS orders (number VARCHAR PRIMARY KEY, stage VARCHAR NOT NULL, customer VARCHAR NOT NULL)",
    "CREATE TABLE IF NOT EXISTS events (number VARCHAR, type VARCHAR, at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, "
    "PRIMARY KEY (number, type))",
)
NEW: Final = sa.text(
    "INSERT INTO orders (number, stage, customer) VALUES (:number, :stage, :customer) ON CONFLICT DO NOTHING"
)
MOVE: Final = sa.text("UPDATE orders SET stage = :stage WHERE number = :number")
EVENT: Final = sa.text("INSERT INTO events (number, type) VALUES (:number, :type) ON CONFLICT DO NOTHING")


class Business:
    """The steps. A repeat of one adds no second row; it may send a second mail."""

    def __init__(self, database_url: str, mail_port: int) -> None:
        url = database_url.replace("postgresql://", "postgresql+psycopg://")
        self._engine = sa.create_engine(url)
        self._mail_port = mail_port
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            for table in TABLES:
                connection.exec_driver_sql(table)

    def open(self, number: str, customer: str) -> None:
        """The order is there, and held."""
        with self._engine.begin() as connection:
            connection.execute(NEW, {"number": number, "stage": "held", "customer": customer})
            connection.execute(EVENT, {"number": number, "type": "opened"})

    def record(self, number: str, stage: str) -> None:
        """It came to this stage."""
        self._moved(number, stage)

    def write_to(self, address: str, number: str, stage: str, text: str) -> None:
        """A mail, and then the record."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "orders@example.com", address, f"{stage} {number}"
        mail.set_content(text)
        with smtplib.SMTP(HOST, self._mail_port, timeout=MAIL_DEADLINE) as server:
            server.send_message(mail)
        self._moved(number, stage)

    def _moved(self, number: str, stage: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(EVENT, {"number": number, "type": stage})
            connection.execute(MOVE, {"number": number, "stage": stage})
