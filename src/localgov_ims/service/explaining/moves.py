"""Explaining refunds and proposals, what was taken from a line, and where a transaction came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from localgov_ims.domain.breaks import Break
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.domain.people import Rights
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.refunds import RefundEvent, RefundEventKind, RefundState, Route
from localgov_ims.domain.transactions import MOVED, Transaction
from localgov_ims.domain.write_offs import WRITE_OFF
from localgov_ims.service.cash_office.ereturn_viewing import ORIGIN
from localgov_ims.service.council import Council
from localgov_ims.service.enquiries.viewing import DrawView, RefundView
from localgov_ims.service.explaining.stories import Story, called, when
from localgov_ims.service.moves.proposing import AUTHORISES
from localgov_ims.storage import proposals, refunds, reversals, statements, transactions

_ROUTES = {Route.PROVIDER: "to the card by its provider", Route.PAYABLES: "by the payables system"}
_REFUND_SAID = {
    RefundSaid.SUBMITTED: "it is on its way", RefundSaid.SUCCEEDED: "it was paid", RefundSaid.FAILED: "it was rejected",
}  # fmt: skip
_REFUND_STANDS = {
    RefundState.PROPOSED: "nothing has been paid; it waits for another person to authorise it, and what it asks for is kept aside",
    RefundState.REQUESTED: "nothing has been paid; it may be sent now, and what it asks for is kept aside",
    RefundState.SUBMITTED: "it is in flight, and what it asks for is kept aside",
    RefundState.SUCCEEDED: "the money was given back",
    RefundState.FAILED: "nothing of it is given back, and what it had kept aside is free again",
}


def refund_story(facts: RefundView) -> Story:
    """Tell of a refund request."""
    r = facts.request
    told = [
        f"{r.asked_by} asked on {when(r.asked_at)} to give back {r.total.shown()} {_ROUTES[r.route]}: {visible(r.reason)}.",
        *(f"{called(item.line_reference)}: {item.amount.shown()}." for item in r.items),
    ]
    if r.payee is not None:
        told.append(f"It goes to {visible(r.payee.masked)}.")
    if r.evidence is not None:
        told.append(f"Evidence: {visible(r.evidence)}.")
    told += [_event(event) for event in facts.events if event.kind is not RefundEventKind.ASKED]
    for record in facts.records:
        t = record.transaction
        told.append(
            f"Refund {called(t.reference)} of {t.total.shown()} was recorded by {t.recorded_by} on {when(t.recorded_at)}, "
            f"taken on {t.taken_on:%d %B %Y}."
        )
        told += [f"It was taken back by {called(reference)}." for reference in record.reversed_by]
    told += map(break_told, facts.breaks)
    told.append(f"What stands: the request is {r.state.value}: {_REFUND_STANDS[r.state]}.")
    leads = [
        r.subject,
        *(item.line_reference for item in r.items),
        *(v.transaction.reference for v in facts.records),
    ]
    return Story(
        kind="refund request", id=str(r.id), title=f"Refund request {called(r.reference)}", sentences=tuple(told),
        leads_to=tuple(map(called, leads)),
    )  # fmt: skip


def proposal_story(connection: Connection, council: Council, rights: Rights, proposal: Proposal) -> Story:
    """Tell of a proposal.

    Raises:
        NotPermitted: One of the funds that it moves money of is not the user's.
    """
    rights.require_funds([fund for fund, _ in proposals.accounts_of(connection, proposal.id)])
    became = transactions.some(connection, transactions.transactions.c.id == proposal.record)
    leads = [called(each.reference) for each in became if proposal.record is not None]
    stands = f"it was recorded as {leads[0]}" if leads else "nothing is recorded of it"
    told = (
        f"{_asked_for(proposal)}.", *asked_told(council, proposal), f"I{_decided(proposal)[1:]}.",
        f"What stands: {stands}.",
    )  # fmt: skip
    return Story(
        kind="proposal", id=str(proposal.id), title=f"Proposal {called(proposal.reference)}", sentences=told,
        leads_to=tuple(leads),
    )  # fmt: skip


def moves(proposal: Proposal) -> Money:
    """Return how much money a proposal moves; its own amount counts both sides of a transfer, as a day's limit does."""
    asked: dict[str, Any] = dict(proposal.asked)
    items = asked.get("sources") or asked.get("items")
    if not isinstance(items, list):
        return proposal.amount
    return Money(sum(int(item["amount"]) for item in items))


def asked_told(council: Council, proposal: Proposal) -> Iterator[str]:
    """Yield what a proposal would move, a sentence for each account."""
    asked: dict[str, Any] = dict(proposal.asked)
    if "item" in asked:
        yield f"Item {asked['item']} of clearing is written off: {visible(str(asked['reason']))}."
    if "bank_line" in asked:
        brings = ", ".join(map(called, str(asked["receipts"]).split()))
        yield f"Bank line {asked['bank_line']} brings {brings}; the difference is written off: {visible(str(asked['reason']))}."
    if "line" in asked:
        yield f"From line {called(str(asked['line']))}."
    for given in asked.get("given", ()):
        yield f"From item {called(str(given['line']))}: {Money(int(given['amount'])).shown()}."
    for side, word in (
        ("sources", "From"),
        ("targets", "To"),
        ("items", "To"),
        ("credit_notes", "Credit of"),
    ):
        for item in asked.get(side, ()):
            yield f"{word} {_item(council, item)}."


def provenance(connection: Connection, t: Transaction) -> tuple[list[str], list[str]]:
    """Return sentences about what a transaction came from and what took it back, and the references that they name."""
    said: list[str] = []
    leads: list[str] = []
    if t.payment is not None and t.purpose is not None:
        said.append(f"It is income of payment {called(t.payment)} ({t.purpose.value}).")
        leads.append(t.payment)
    if t.origin.kind == ORIGIN:
        said.append(f"It is what eReturn {t.caller_reference} became.")
    if t.origin.kind == "refund_request":
        for request in refunds.some(connection, refunds.requests.c.id == UUID(t.origin.id)):
            said.append(f"It is what refund request {called(request.reference)} became.")
            leads.append(request.reference)
    for sentence, lead in _written_off(connection, t):
        said.append(sentence)
        leads.append(lead)
    if t.origin.kind in {"transaction", MOVED}:
        taken, others = _taken_back(connection, t)
        said += taken
        leads += others
    for proposal in proposals.some(connection, proposals.decisions.c.record == t.id):
        said.append(f"{_asked_for(proposal)}; {_decided(proposal)}.")
        leads.append(proposal.reference)
    drawn = transactions.lines_by_id(
        connection, {line.draws_on for line in t.lines if line.draws_on is not None}
    )
    for line in drawn.values():
        said.append(f"It takes from line {called(line.reference)}.")
        leads.append(line.reference)
    undone = reversals.history_of(connection, [line.id for line in t.lines])
    said += [f"It was {_done_in(turn)} by {called(reference)}." for turn, reference in undone]
    return said, [called(reference) for reference in [*leads, *(reference for _, reference in undone)]]


def _taken_back(connection: Connection, t: Transaction) -> tuple[list[str], list[str]]:
    """Return what a reversal takes back or restores, and what became of that since; with the references."""
    said: list[str] = []
    leads: list[str] = []
    does = "takes back" if t.origin.n % 2 else "restores"
    origin = UUID(t.origin.id.partition("/")[0])
    for other in transactions.some(connection, transactions.transactions.c.id == origin):
        said.append(f"It {does} the {other.kind.value} {called(other.reference)}.")
        leads.append(other.reference)
    reversed_lines = [line.reverses for line in t.lines if line.reverses is not None]
    for turn, reference in reversals.history_of(connection, reversed_lines):
        if turn == t.origin.n + 1:
            said.append(f"After it that was {_done_in(turn)} by {called(reference)}.")
            leads.append(reference)
    return said, leads


def _done_in(turn: int) -> str:
    return "taken back" if turn % 2 else "restored"


def _written_off(connection: Connection, t: Transaction) -> Iterator[tuple[str, str]]:
    """Yield what a transaction writes off, and what wrote it off, each with the reference that leads there."""
    if t.origin.kind == WRITE_OFF:
        of_line = any(True for _ in statements.with_ids(connection, [UUID(t.origin.id)]))
        what = f"the difference of bank line {t.origin.id}" if of_line else f"item {t.origin.id} of clearing"
        yield f"It writes off {what}.", t.origin.id
    table = transactions.transactions
    of_this = (table.c.origin_kind == WRITE_OFF) & (table.c.origin_id == str(t.id))
    for other in transactions.some(connection, of_this):
        yield f"It was written off by {other.recorded_by} as {called(other.reference)}.", other.reference


def draw_told(drawn: DrawView) -> str:
    """Return what a draw did to its line, in a sentence."""
    draw, taker = drawn.draw, drawn.taker
    what = draw.by_kind.replace("_", " ")
    if taker is not None:
        what = f"{taker.what} {called(taker.reference)}, made by {taker.by} on {when(taker.at)},"
    gives = draw.amount.pence * draw.of.pence < 0
    did = f"gave {abs(draw.amount).shown()} back" if gives else f"took {abs(draw.amount).shown()}"
    return f"{draw.number}. {what[0].upper()}{what[1:]} {did}; {abs(draw.taken_after).shown()} of it is taken then."


def break_told(found: Break) -> str:
    """Return a Break in a sentence."""
    return f"Break since {found.since_on:%d %B %Y} ({found.kind.value}): {found.message}"


def _event(event: RefundEvent) -> str:
    if event.kind is RefundEventKind.AUTHORISED:
        return f"{event.by} authorised it on {when(event.at)}."
    if event.kind is RefundEventKind.TURNED_DOWN:
        return f"{event.by} turned it down on {when(event.at)}."
    if event.kind is RefundEventKind.SENT:
        return (
            f"{event.by} sent it on {when(event.at)}{f' in {visible(event.detail)}' if event.detail else ''}."
        )
    said = _REFUND_SAID[event.said] if event.said is not None else "something"
    day = f" on {event.paid_on:%d %B %Y}" if event.paid_on is not None else ""
    theirs = f" ({event.provider_reference})" if event.provider_reference is not None else ""
    why = f": {visible(event.detail)}" if event.detail else ""
    return f"It was said that {said}{day}{theirs}{why}; recorded by {event.by} on {when(event.at)}, and the request stood as {event.state.value}."


def _asked_for(proposal: Proposal) -> str:
    act = proposal.act.value.replace("_", " ")
    return (
        f"{proposal.proposed_by} asked on {when(proposal.proposed_at)} for a {act} of {moves(proposal).shown()} "
        f"(proposal {called(proposal.reference)})"
    )


def _decided(proposal: Proposal) -> str:
    if proposal.accepted is None or proposal.decided_at is None:
        return f"it waits for another person with {AUTHORISES[proposal.act].value}"
    did = "accepted" if proposal.accepted else "turned down"
    return f"it was {did} by {proposal.decided_by} on {when(proposal.decided_at)}"


def _item(council: Council, item: Mapping[str, Any]) -> str:
    code = str(item.get("fund", ""))
    fund = council.funds[code].name if code in council.funds else code
    account = item.get("account_reference")
    amount = Money(int(item.get("amount", NOTHING.pence)))
    return f"{fund}{f', account {account}' if account else ''}: {amount.shown()}"
