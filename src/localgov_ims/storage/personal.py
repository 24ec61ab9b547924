"""Personal data: side tables that may be emptied, to which records are bound by salted hashes.

A record holds the SHA-256 of a 16-byte salt and the value. With salt and value gone, nobody can tell what it was,
and the record, its seal and the audit trail still prove as before.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen

from localgov_ims.storage.schema import json_text, metadata, text_column

data = sa.Table(
    "personal_data",
    metadata,
    sa.Column("record", sa.Uuid(), primary_key=True),
    sa.Column("salt", sa.LargeBinary(16), nullable=False),
    text_column("value"),
)

_SALT = 16


@frozen
class Sealed:
    """Personal data of one record: the row for the side table, and the hash that the record keeps."""

    record: UUID
    salt: bytes
    value: str

    @property
    def row(self) -> tuple[UUID, bytes, str]:
        """The row of the side table."""
        return self.record, self.salt, self.value

    @property
    def hash(self) -> str:
        """The hex SHA-256 of salt and value."""
        return hashlib.sha256(self.salt + self.value.encode()).hexdigest()


def seal(record: UUID, fields: Mapping[str, object]) -> Sealed | None:
    """Seal a record's personal data; none where there is nothing to keep."""
    given = {name: value for name, value in fields.items() if value}
    return Sealed(record, os.urandom(_SALT), json_text(given)) if given else None


def read(value: str | None) -> dict[str, object]:
    """Return the fields kept of a record; none where they have been retired."""
    fields: dict[str, object] = json.loads(value) if value is not None else {}
    return fields
