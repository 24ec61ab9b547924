"""Suggestions as people see them: both sides, a stated score, what speaks for the pair, and its rivals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.transactions import Transaction
from localgov_ims.reconciliation.matches import Suggestion, compared
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import match_suggestions as stored
from localgov_ims.storage import statements, transactions

_BLOCK = 500


@frozen(kw_only=True)
class SuggestionView:
    """A suggestion that waits for a person.

    Attributes:
        score: 1 to 100, for the order on a page only; see `score`.
        line, line_on, line_amount: The bank's side: what it is known by, its day and amount.
        receipt, receipt_on, receipt_amount, funds: Ours.
        because: What speaks for the pair, and how many rivals it has.
    """

    suggestion: Suggestion
    score: int
    line: str
    line_on: date
    line_amount: Money
    receipt: str
    receipt_on: date
    receipt_amount: Money
    funds: tuple[str, ...]
    because: str


def score(found: Suggestion) -> int:
    """Return how likely a pair is, 1 to 100: it orders a page, and never moves money.

    60, and 30 more where a reference was compared; less 5 for each day between, 10 for each rival, 10 for each place
    below the first, and 20 where the amounts differ.
    """
    said = found.evidence
    made = 60 + (30 if compared({k: v for k, v in said.items() if k != "days"}) else 0)
    made -= 5 * abs(int(said.get("days", 0))) + 10 * int(said.get("rivals", 0)) + 10 * (found.rank - 1)
    made -= 20 if "other_pence" in said else 0
    return min(max(made, 1), 100)


def list_suggestions(installation: Installation) -> list[SuggestionView]:
    """Return the suggestions of bank lines and receipts that wait for a person, the likeliest first; of their funds alone.

    Raises:
        NotPermitted: The user has neither match.decide nor report.view.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.MATCH_DECIDE, Permission.REPORT_VIEW)
        s = stored.suggestions.c
        found = list(stored.open_suggestions(connection, s.left_kind == "line", s.right_kind == "receipt"))
        lines = {line.id: line for line in statements.with_ids(connection, list({x.left for x in found}))}
        receipts: dict[UUID, Transaction] = {}
        for block in _blocks(list({x.right for x in found})):
            where = transactions.transactions.c.id.in_(block)
            receipts |= {each.id: each for each in transactions.some(connection, where)}
    views = []
    for each in found:
        line, receipt = lines[each.left], receipts[each.right]
        funds = tuple(dict.fromkeys(part.fund for part in receipt.lines))
        if all(rights.sees(fund) for fund in funds):
            views.append(SuggestionView(
                suggestion=each, score=score(each), line=line.reference,
                line_on=line.line.booked_on, line_amount=line.line.amount, receipt=receipt.reference,
                receipt_on=receipt.taken_on, receipt_amount=receipt.total, funds=funds, because=each.sentence(),
            ))  # fmt: skip
    return sorted(views, key=lambda view: (-view.score, view.line_on, view.line, view.receipt))


def _blocks(ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    return [ids[start : start + _BLOCK] for start in range(0, len(ids), _BLOCK)]
