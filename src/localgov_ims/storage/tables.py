"""Every table of records, whoever asks first: what is proved, guarded and migrated."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from localgov_ims.storage import (
    files,
    journals,
    reconciliation,
    settings,
    settlements,
    statements,
    transactions,
)

RECORD_TABLES: Final[tuple[sa.Table, ...]] = (
    settings.versions,
    files.files,
    files.events,
    statements.statements,
    statements.lines,
    settlements.settlements,
    settlements.lines,
    transactions.transactions,
    transactions.lines,
    transactions.suspense,
    reconciliation.runs,
    reconciliation.matches,
    reconciliation.dispositions,
    reconciliation.breaks,
    journals.journals,
    journals.lines,
    journals.sources,
    journals.exports,
)
"""The tables whose rows never change, in the order in which they are proved."""
