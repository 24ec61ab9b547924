"""The kinds of records that can be matched: what the matcher knows of each."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

GROUPS = frozenset({"source", "payout", "merchant", "run", "sun", "advice", "slip", "original", "transfer"})
"""What a recogniser says of a line: its source, the system that has the list of it, or what else it is; the named groups of its pattern, the other bank account."""

_LINE = frozenset({"account", "end_to_end", "structured", "customer"})


@frozen(kw_only=True)
class Kind:
    """A kind of record that can be matched: its tables in the snapshot, and its columns beyond the common ones.

    Every record has `id`, `day` and `pence`. `parts` are texts that one record has several of.

    Attributes:
        table: What is open of the kind; base: everything loaded of it.
        record: The kind under which a Match keeps it.
    """

    table: str
    base: str
    record: str
    columns: frozenset[str]
    parts: frozenset[str] = field(factory=frozenset)


def _kind(record: str, columns: set[str] | frozenset[str], *, parts: frozenset[str] = frozenset(), table: str = "", base: str = "") -> Kind:  # fmt: skip
    return Kind(
        table=f"open_{table or record + 's'}", base=f"all_{base or record + 's'}", record=record,
        columns=frozenset(columns), parts=parts,
    )  # fmt: skip


_RECEIPT = {
    "reference", "provider", "provider_reference", "banking", "merchant", "fund",
}  # fmt: skip

KINDS: Mapping[str, Kind] = {
    # A line that no recogniser names, and one that exactly one answer names: two kinds, for neither is compared
    # with what the other is compared with.
    "line": _kind("line", _LINE, parts=frozenset({"text_reference", "text_number"})),
    "named_line": _kind("line", _LINE | GROUPS, table="named_lines"),
    # The other leg of a transfer: a named line again.
    "leg": _kind("line", _LINE | GROUPS, table="named_lines"),
    "receipt": _kind("receipt", _RECEIPT, parts=frozenset({"account_reference"})),
    # A receipt whose money the bank brought, or is still to bring: what an unpaid, a chargeback takes back.
    "original": _kind("receipt", _RECEIPT, table="originals"),
    "settlement": _kind("settlement", {"source", "reference"}),
    "settlement_line": _kind("settlement_line", {"source", "provider_reference", "kind"}),
    "income_file": _kind("income_file", {"source", "import_type"}),
    # One returned Direct Debit, or claim under the guarantee; its pence are what the bank takes back, above zero.
    "unpaid": _kind("unpaid", {"source", "sun", "advice", "reference"}),
    # A row of another system's list: payables, payroll, precepts, treasury; pence as on the bank line.
    "list_item": _kind("list_item", {"source", "run"}),
}
