"""What the past says of where an item may belong, each asked by an index or of a bounded number of records."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.clearing import CLEARANCE, placements_of
from localgov_ims.domain.money import Money
from localgov_ims.domain.suggestions import Account
from localgov_ims.domain.transactions import Transaction
from localgov_ims.storage import personal
from localgov_ims.storage.draws import draws
from localgov_ims.storage.holders import holders
from localgov_ims.storage.reversals import reversed_among
from localgov_ims.storage.schema import json_text
from localgov_ims.storage.searching import field_of
from localgov_ims.storage.suspense import standing
from localgov_ims.storage.transactions import lines, transactions, whole

LAST_CLEARANCES: Final = 2_000
"""How many clearances, the latest, are looked through for the same payer."""

COMMON: Final = 2_000
"""An amount on more lines than this says nothing of whose it is."""

NAMES: Final = 20_000
"""In no more versions of holders than this a surname is looked for; they are read one by one."""

_SAME = 200
_AT_ONCE = 500


def cleared_like(connection: Connection, line: UUID, reference: str) -> list[UUID]:
    """Return the lines of other items that came with the same reference, the latest of them."""
    query = (
        sa.select(standing.c.line)
        .where(standing.c.received_reference == reference, standing.c.line != line)
        .order_by(standing.c.taken_on.desc())
        .limit(_SAME)
    )
    return list(connection.execute(query).scalars())


def cleared_of_payer(connection: Connection, account: str | None, name: str | None) -> list[UUID]:
    """Return the lines of items that the same payer's bank lines became, among the last clearances."""
    if not account and not name:
        return []
    # Their ids begin with the time, so the last by id are the latest, and the index finds them.
    latest = (
        sa.select(transactions.c.id)
        .where(transactions.c.origin_kind == CLEARANCE)
        .order_by(transactions.c.origin_id.desc())
        .limit(LAST_CLEARANCES)
        .subquery()
    )
    field, value = ("account", account) if account else ("name", name)
    said = f'"{field}":{json_text(value)}'
    query = (
        sa.select(lines.c.draws_on)
        .select_from(latest)
        .join(lines, lines.c.transaction == latest.c.id)
        .join(standing, standing.c.line == lines.c.draws_on)
        .join(personal.data, personal.data.c.record == standing.c.bank_line)
        .where(personal.data.c.value.contains(said, autoescape=True))
        .limit(_SAME)
    )
    return list(connection.execute(query).scalars())


def clearances(connection: Connection, items: Collection[UUID]) -> list[Transaction]:
    """Return the clearances that took from items, by their lines, and have not been undone."""
    found: dict[UUID, Transaction] = {}
    wanted = sorted(items)
    for start in range(0, len(wanted), _AT_ONCE):
        # By the draws on the items, not by the lines that draw: only the draws have an index.
        drawn = draws.c.line.in_(wanted[start : start + _AT_ONCE]) & (draws.c.by_kind == CLEARANCE)
        origins = {str(by) for by in connection.execute(sa.select(draws.c.by).where(drawn)).scalars()}
        named = transactions.c.origin_id.in_(sorted(origins))
        made = whole(connection, transactions.c.origin_kind == CLEARANCE, named)
        found |= {each.id: each for each in made}
    undone = reversed_among(connection, list(found))
    return [each for identifier, each in found.items() if identifier not in undone]


def paid_from(connection: Connection, items: Collection[UUID]) -> Iterator[tuple[UUID, Account]]:
    """Yield the accounts that items were cleared to, with the clearance; what was undone does not count."""
    wanted = set(items)
    for clearance in clearances(connection, wanted):
        sources = [line for line in clearance.lines if line.draws_on is not None]
        others = [line for line in clearance.lines if line.draws_on is None]
        for placement in placements_of(clearance):
            to = others[placement.target - 1]
            if sources[placement.item - 1].draws_on in wanted and to.account_reference:
                yield clearance.id, (to.fund, to.account_reference)


def paid_alike(
    connection: Connection, amount: Money, suspense_fund: str, times: int
) -> list[tuple[Account, int]]:
    """Return the accounts that have had an amount so many times or more; none where it is a common one."""
    some = (
        sa.select(lines.c.fund, lines.c.account_reference)
        .where(lines.c.pence == amount.pence)
        .limit(COMMON + 1)
        .subquery()
    )
    if connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() > COMMON:
        return []
    number = sa.func.count()
    query = (
        sa.select(some.c.fund, some.c.account_reference, number.label("number"))
        .where(some.c.fund != suspense_fund, some.c.account_reference.is_not(None))
        .group_by(some.c.fund, some.c.account_reference)
        .having(number >= times)
    )
    return [((row.fund, row.account_reference), row.number) for row in connection.execute(query)]


def owing(connection: Connection, amount: Money, most: int) -> list[Account]:
    """Return accounts whose balance, as last said, is an amount; no more than *most*."""
    return _in_force(connection, most, holders.c.balance == amount.pence)


def named(connection: Connection, names: Collection[str], most: int) -> list[Account]:
    """Return accounts whose holder has one of some surnames, in small letters; no more than *most*.

    None where there are so many holders that reading their names would take too long.
    """
    some = sa.select(holders.c.id).limit(NAMES + 1).subquery()
    if not names or connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() > NAMES:
        return []
    surname = sa.func.lower(field_of(connection, personal.data.c.value, "surname"))
    known = sa.exists().where(personal.data.c.record == holders.c.id, surname.in_(sorted(names)))
    return _in_force(connection, most, known)


def _in_force(connection: Connection, most: int, fits: sa.ColumnElement[bool]) -> list[Account]:
    """Return the accounts whose latest version fits."""
    later = holders.alias("later")
    same = (later.c.fund == holders.c.fund) & (later.c.account_reference == holders.c.account_reference)
    newer = sa.exists().where(same, later.c.number > holders.c.number)
    query = (
        sa.select(holders.c.fund, holders.c.account_reference)
        .where(fits, ~newer)
        .order_by(holders.c.fund, holders.c.account_reference)
        .limit(most)
    )
    return [(row.fund, row.account_reference) for row in connection.execute(query)]
