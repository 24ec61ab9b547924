"""What bank lines, their matches and payouts say to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from attrs import evolve
from sqlalchemy import Connection

from localgov_ims.domain.journals import Role, Source
from localgov_ims.domain.postings import Before, Kept, MoneySide, Posting, Share, Told
from localgov_ims.errors import RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.ledger import posting
from localgov_ims.storage import income_files, journals, statements, unpaids, unposted_banked
from localgov_ims.storage import shares as stored
from localgov_ims.storage.unposted_banked import Banked

_AT_ONCE = 500
_NAMES = {
    "banking": "Banking",
    "awaiting": "Awaiting",
    "other": "Other",
    "match": "Banking",
    "undo": "Match undone",
}

Put = Mapping[UUID, Before]
"""Where bank lines were put when they were journalled before."""


def told_of_bank(
    council: Council, connection: Connection, ledger: str, banked: Sequence[Banked], on: date
) -> Iterator[Told]:
    """Yield what each says, posted *on* one day; what another system journals says nothing.

    Raises:
        RuleViolation: A bank line is matched with something that no posting rule knows.
    """
    for start in range(0, len(banked), _AT_ONCE):
        block = banked[start : start + _AT_ONCE]
        lines = [each.line for each in block if each.line is not None and each.kind != "awaiting"]
        lines += [each.right for each in block if each.right_kind == "line" and each.right is not None]
        before = unposted_banked.put_before(connection, ledger, lines)
        for each in block:
            if each.kind == "undo":
                made = list(_undone(connection, ledger, each, on))
            else:
                made = list(_postings(council, connection, each, before, on))
            if made:
                yield Told(
                    source=Source(each.kind, each.id.hex), kind=_NAMES.get(each.kind, "Settlement"),
                    reference=each.reference, taken_on=each.day, postings=made, number=each.position,
                )  # fmt: skip


def _postings(
    council: Council, connection: Connection, each: Banked, before: Put, on: date
) -> Iterator[Posting]:
    if each.kind == "found":
        yield from _found(council, connection, each, on)
        return
    money = None
    if each.line is not None:
        put = before.get(each.line)
        if each.in_part and (put is None or put.role is Role.AWAITING):
            put = Before(Role.CLEARING, None, council.bank_transfer)  # where the line is put as a whole
        money = MoneySide(bank_account=each.bank_account, amount=each.amount, before=put)
    if each.kind == "settlement":
        yield from _settlement(council, connection, each, money, on)
        return
    assert money is not None, "what is no payout is a bank line"  # noqa: S101 - the queries join it
    if each.kind == "banking":
        yield from posting.banking_postings(_of_awaiting(money), council.bank_transfer, on)
    elif each.kind == "awaiting":
        yield from posting.awaiting_postings(money, on)
    elif each.kind == "other":
        yield from posting.other_postings(money, each.other_ledger, on)
    elif each.right_kind == "list_item":
        # the system whose list it stands in posts it; what was posted here while it waited is taken back
        yield from posting.other_postings(money, None, on)
    elif each.role == "moved":
        yield from _moved(connection, each, money, before, on)
    else:
        yield from _matched(council, connection, each, money, on)


def _of_awaiting(money: MoneySide) -> MoneySide:
    """Return the money side of a line that becomes a Receipt: only what awaited its file was put anywhere before."""
    waited = money.before is not None and money.before.role is Role.AWAITING
    return money if waited else evolve(money, before=None)


def _matched(
    council: Council, connection: Connection, each: Banked, money: MoneySide, on: date
) -> Iterator[Posting]:
    if each.right_kind not in _SHARES or each.right is None:
        message = f"A bank line of {money.amount.shown()} is matched with a {each.right_kind}, and no rule says how that is posted."
        raise RuleViolation("no_posting_rule", message, match=each.id, right_kind=each.right_kind)
    shares, kept = _SHARES[each.right_kind](council, connection, each.right)
    if each.role == "returned":
        shares = [evolve(share, amount=-share.amount) for share in shares]
    if each.fee:
        kept = Kept(mop=shares[0].mop, amount=each.fee)
    fees = _fees(council, kept, on, "Banking") if kept is not None else ()
    yield from posting.match_postings(money, shares, on, fees=fees)


def _fees(council: Council, kept: Kept, on: date, kind: str) -> Sequence[Posting]:
    # where the settings know the method no more, its fee code is asked for in vain, and that is told
    method = council.methods.get(kept.mop)
    recovered_as = method.provider_fee_vat_code if method is not None else None
    return posting.fee_postings(kept, on, kind, recovered_as=recovered_as)


def _undone(connection: Connection, ledger: str, each: Banked, on: date) -> Iterator[Posting]:
    """Post what a Match posted the other way, at the codes at which it stands."""
    assert each.right is not None, "it names its match"  # noqa: S101 - the query joins it
    posted = [("match", [each.right]), ("settlement", [each.right])]
    posted.append(("found", unposted_banked.found_since(connection, ledger, each.right)))
    for kind, wanted in posted:
        for lines in journals.lines_of(connection, ledger, kind, wanted).values():
            for line in lines:
                yield Posting(
                    role=line.role, kind="Match undone", amount=-line.signed, accounting_on=on, fund=line.fund, mop=line.mop,
                    vat_code=line.vat_code, merchant_account=line.merchant_account or "", decided=line.account,
                )  # fmt: skip


def _moved(
    connection: Connection, each: Banked, money: MoneySide, before: Put, on: date
) -> Iterator[Posting]:
    assert each.right is not None, "it names the other leg"  # noqa: S101 - the rule pairs two lines
    (into,) = statements.with_ids(connection, [each.right])
    other = MoneySide(bank_account=into.account, amount=into.line.amount, before=before.get(into.id))
    yield from posting.own_transfer_postings(other, money, on)


def _of_receipt(_: Council, connection: Connection, right: UUID) -> tuple[list[Share], Kept | None]:
    return stored.shares_of_receipt(connection, right), None


def _of_income_file(council: Council, connection: Connection, right: UUID) -> tuple[list[Share], Kept | None]:
    (of,) = income_files.some(connection, income_files.income_files.c.id == right)
    shares = [Share(mop=mop, amount=amount) for mop, amount in income_files.shares(connection, of).items()]
    fee = council.fee_of(of.import_type)
    kept = of.gross - of.expected
    if not kept:
        return shares, None  # its fees are not taken from what the bank brings
    return shares, Kept(mop=fee[0] if fee is not None else "", amount=kept, vat=of.fee_vat)


def _of_unpaid(_: Council, connection: Connection, right: UUID) -> tuple[list[Share], Kept | None]:
    """Return what had been received, which the bank takes back."""
    took_back = unpaids.took_back(connection, right)
    assert took_back is not None, "its match took the income back in the same unit"  # noqa: S101
    shares = stored.shares_of_receipt(connection, took_back)
    return [evolve(share, amount=-share.amount) for share in shares], None


_SHARES: Mapping[str, Callable[[Council, Connection, UUID], tuple[list[Share], Kept | None]]] = {
    "receipt": _of_receipt,
    "income_file": _of_income_file,
    "unpaid": _of_unpaid,
}
"""What a bank line is matched with: the share of each method in it, and what the sender kept."""


def _settlement(
    council: Council, connection: Connection, each: Banked, money: MoneySide | None, on: date
) -> Iterator[Posting]:
    assert each.right is not None, "it names its payout"  # noqa: S101 - the queries join it
    foreign = council.settled_by(stored.source_of(connection, each.right))[0].code
    shares, kept = stored.shares_of_settlement(connection, each.right, foreign)
    held = [_held_back(council, share) for share in shares]
    yield from posting.settlement_postings(money, held, on, fees=_fees(council, kept, on, "Settlement"))


def _held_back(council: Council, share: Share) -> Share:
    """Return a share of disputes as one of clearing, where its provider takes the money only once a dispute is lost."""
    holds = council.methods[share.mop].disputed_of(share.merchant_account) is not None
    return evolve(share, disputed=share.disputed and holds)


def _found(council: Council, connection: Connection, each: Banked, on: date) -> Iterator[Posting]:
    assert each.right is not None, "it names its line"  # noqa: S101 - the query joins it
    settlement, source = stored.settlement_of(connection, each.right)
    foreign = council.settled_by(source)[0].code
    (found,), _ = stored.shares_of_settlement(connection, settlement, foreign, each.right)
    if (found.mop, found.merchant_account) != (foreign, ""):
        yield from posting.found_postings(Share(mop=foreign, amount=found.amount), found, on)
