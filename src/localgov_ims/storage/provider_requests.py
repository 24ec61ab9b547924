"""What is stored before a provider is asked for a payment: the key of every attempt, and the payer's way back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.payments import ProviderRequest
from localgov_ims.storage.payments import payments
from localgov_ims.storage.schema import moment_column, points_to, record_table, text_column
from localgov_ims.storage.store import Unit

requests = record_table(
    "provider_requests",
    points_to(payments, "payment"),
    text_column("key"),
    text_column("return_to"),
    text_column("language"),
    text_column("token_hash"),
    moment_column("token_expires_at"),
    moment_column("at"),
    text_column("by"),
    # Whoever asks again, or at the same moment, asks under the same key.
    sa.UniqueConstraint("payment"),
    sa.UniqueConstraint("key"),
    sa.UniqueConstraint("token_hash"),
)


def add(unit: Unit, request: ProviderRequest) -> None:
    """Record a request before it is sent.

    Raises:
        AlreadyDone: Somebody else asks for the same payment; read again.
    """
    r = request
    unit.record(requests, [(
        r.id, r.payment, r.key, r.return_to, r.language, r.token_hash, r.token_expires_at, r.at, r.by,
    )])  # fmt: skip


def of_payment(connection: Connection, reference: str) -> ProviderRequest | None:
    """Return what was stored before the provider was asked for a payment, if it was asked."""
    return _one(connection, payments.c.reference == reference)


def by_token_hash(connection: Connection, token_hash: str) -> tuple[ProviderRequest, str] | None:
    """Return the request that a payer comes back by, and its payment's reference."""
    found = _one(connection, requests.c.token_hash == token_hash)
    if found is None:
        return None
    reference = connection.execute(sa.select(payments.c.reference).where(payments.c.id == found.payment))
    return found, str(reference.scalar_one())


def _one(connection: Connection, *where: sa.ColumnElement[bool]) -> ProviderRequest | None:
    query = sa.select(requests).join(payments, payments.c.id == requests.c.payment).where(*where)
    row: sa.Row[Any] | None = connection.execute(query).one_or_none()
    if row is None:
        return None
    return ProviderRequest(
        id=row.id, payment=row.payment, key=row.key, return_to=row.return_to, language=row.language,
        token_hash=row.token_hash, token_expires_at=row.token_expires_at, at=row.at, by=row.by,
    )  # fmt: skip
