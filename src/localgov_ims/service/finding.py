"""Finding the transaction or line that somebody names, if they may see it."""

from __future__ import annotations

from sqlalchemy import Connection

from localgov_ims.domain import ids
from localgov_ims.domain.people import Rights
from localgov_ims.domain.transactions import Line, Transaction
from localgov_ims.errors import InvalidValue, NotFound
from localgov_ims.storage import transactions


def line_of(connection: Connection, rights: Rights, reference: str) -> tuple[Transaction, Line]:
    """Return a line by its reference, as typed (dashes and case do not count), with its transaction.

    Raises:
        NotFound: There is no such line.
        NotPermitted: Its fund is not the user's.
    """
    wanted = stored_reference(reference)
    found = next(transactions.whole(connection, transactions.lines.c.reference == wanted), None)
    if found is None:
        message = (
            f"There is no line {reference!r}. Its reference is a receipt's or payment's, _ and a number."
        )
        raise NotFound("no_such_line", message, reference=reference)
    line = next(each for each in found.lines if each.reference == wanted)
    rights.require_funds([line.fund])
    return found, line


def transaction_of(connection: Connection, rights: Rights, reference: str) -> Transaction:
    """Return a transaction by its reference, as typed.

    Raises:
        NotFound: There is no such transaction.
        NotPermitted: One of its funds is not the user's.
    """
    wanted = stored_reference(reference)
    found = next(transactions.whole(connection, transactions.transactions.c.reference == wanted), None)
    if found is None:
        message = f"There is no transaction {reference!r}. Give its receipt number, such as K7MP-2QXW-9TRN."
        raise NotFound("no_such_transaction", message, reference=reference)
    rights.require_funds([line.fund for line in found.lines])
    return found


def stored_reference(typed: str) -> str:
    """Return a reference as it is stored: ours without dashes, anything else as it is."""
    # What no database could hold is nowhere in one.
    typed = typed.encode("utf-8", "replace").decode().replace("\0", "?")
    base, mark, number = typed.strip().partition("_")
    try:
        return ids.parse_reference(base) + mark + number
    except InvalidValue:
        return typed.strip()
