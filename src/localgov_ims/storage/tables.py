"""Every table of records, whoever asks first: what is proved, guarded and migrated."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from localgov_ims.storage import (
    draws,
    files,
    holders,
    journals,
    outbox,
    payments,
    people,
    proposals,
    reconciliation,
    refunds,
    restrictions,
    retention,
    settings,
    settlements,
    statements,
    transactions,
)

RECORD_TABLES: Final[tuple[sa.Table, ...]] = (
    settings.versions,
    holders.holders,
    files.files,
    files.events,
    statements.statements,
    statements.lines,
    settlements.settlements,
    settlements.lines,
    transactions.transactions,
    transactions.lines,
    transactions.suspense,
    draws.draws,
    payments.payments,
    payments.lines,
    payments.events,
    refunds.requests,
    refunds.items,
    refunds.events,
    proposals.proposals,
    proposals.decisions,
    proposals.amounts,
    outbox.messages,
    outbox.events,
    reconciliation.runs,
    reconciliation.matches,
    reconciliation.dispositions,
    reconciliation.breaks,
    journals.journals,
    journals.lines,
    journals.sources,
    journals.exports,
    people.users,
    people.grants,
    people.versions,
    people.sign_ins,
    people.decisions,
    people.reviews,
    restrictions.restrictions,
    retention.holds,
    retention.lifts,
    retention.proposals,
    retention.runs,
    retention.counts,
    retention.accesses,
)
"""The tables whose rows never change, in the order in which they are proved."""
