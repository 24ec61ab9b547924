"""A camt message while it is walked: which part goes where, and what is none of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from localgov_ims.domain.issues import notice
from localgov_ims.files.events import Event
from localgov_ims.files.limits import Refused, refuse
from localgov_ims_camt import elements
from localgov_ims_camt.elements import Charge
from localgov_ims_camt.entries import Parts
from localgov_ims_camt.kinds import LATEST, Kind, later_than_known, named_by
from localgov_ims_camt.options import CamtOptions
from localgov_ims_camt.payments import Batched
from localgov_ims_camt.printed import Printed
from localgov_ims_camt.statement import Page, StatementReading
from localgov_ims_camt.tree import Node, Section
from localgov_ims_camt.walk import Walk

DOCUMENT: Final = "Document"


class Message:
    """Builds the tree of wanted elements and hands each finished part to the statement it belongs to."""

    def __init__(self, kind: Kind, options: CamtOptions, emit: Callable[[Event], None]) -> None:
        """Prepare to read a file of a *kind* by *options*, its events going to *emit*."""
        self._kind = kind
        self._options = options
        self._printed = Printed(emit)
        self._namespaces: dict[str, str] = {}
        self._name = ""
        self._documents = self._statements = self._found = 0
        self._statement: StatementReading | None = None
        self._page: Page | None = None
        self._header = elements.Header(None, None)
        self._headers = Section(elements.Header._make, len(elements.Header._fields))
        self._head = Section(elements.Head._make, len(elements.Head._fields))
        self._balance = Section(elements.Balance._make, len(elements.Balance._fields))
        self._summary = Section(elements.Summary._make, len(elements.Summary._fields))
        self._code_total = Section(elements.CodeTotal._make, len(elements.CodeTotal._fields))
        self._entry = Section(elements.Entry._make, len(elements.Entry._fields))
        self._charge = Section(elements.Charge._make, len(elements.Charge._fields))
        self._batch = Section(elements.Batch._make, len(elements.Batch._fields))
        self._transaction = Section(elements.Transaction._make, len(elements.Transaction._fields))
        self._payments: list[elements.Transaction] = []
        self._batches: list[Batched] = []
        self._charges: list[Charge] = []
        self._payment_charges: list[Charge] = []
        self._root = Node()
        self._root.close = self._envelope_closed
        self._document = Node(DOCUMENT, self._root)
        self._document.close = self._document_closed
        self._message = Node(kind.root, self._document)
        self._grow(self._message)
        self._message.prune(options.limits.xml_depth)
        self.walk = Walk(self._root, options.limits, self._unknown)

    def finish(self) -> None:
        """See that the file held a message at all."""
        if not self._documents:
            raise refuse(
                "unknown-message",
                "line 1",
                f"The XML holds no {self._kind.name} Document. Is it the right file?",
            )

    def _grow(self, message: Node) -> None:
        header = message.at("GrpHdr")
        header.close = self._header_closed
        self._headers.bind(header, elements.HEADER)
        statement = message.at(self._kind.part)
        statement.close = self._statement_closed
        self._head.bind(statement, elements.HEAD)
        self._balance.bind(statement.at("Bal"), elements.BALANCE)
        statement.at("Bal").close = self._balance_closed
        self._summary.bind(statement.at("TxsSummry"), elements.SUMMARY)
        per_code = statement.at("TxsSummry/TtlNtriesPerBkTxCd")
        per_code.close = self._code_total_closed
        self._code_total.bind(per_code, elements.CODE_TOTAL)
        self._entry_tree(statement.at("Ntry"))

    def _entry_tree(self, entry: Node) -> None:
        entry.close = self._entry_closed
        self._entry.bind(entry, elements.ENTRY)
        for path in elements.IGNORED_IN_ENTRY:
            entry.at(path)
        self._charge_tree(entry.at("Chrgs"), self._charge_closed)
        group = entry.at("NtryDtls")
        group.close = self._group_closed
        self._batch.bind(group.at("Btch"), elements.BATCH)
        for payment in (group.at("TxDtls"), entry.at("TxDtls")):
            payment.close = self._payment_closed
            self._transaction.bind(payment, elements.TRANSACTION, elements.REPEATABLE)
            self._charge_tree(payment.at("Chrgs"), self._payment_charge_closed)

    def _charge_tree(self, charges: Node, closed: Callable[[], None]) -> None:
        self._charge.bind(charges, elements.CHARGE)
        charges.close = charges.at("Rcrd").close = closed

    def _unknown(self, node: Node, name: str, attributes: dict[str, str]) -> bool:
        """Decide about an element outside the tree: the message itself, an envelope, or one to skip."""
        if node is self._document:
            self._enter_message(name, attributes)
        elif node is not self._root:
            return False
        elif name == DOCUMENT:
            self._namespaces.update(_namespaces(attributes))
            self._documents += 1
            self._found = 0
            self.walk.node = self._document
        elif name in self._options.envelopes and self.walk.within < self._options.limits.xml_depth:
            self._namespaces.update(_namespaces(attributes))
            self.walk.within += 1
        elif not self.walk.within:
            message = (
                "The XML's root is neither Document nor an envelope named in the source's options: it is "
                f"no {self._kind.name}."
            )
            raise self.walk.refused("unknown-message", message, field="root", value=name)
        else:
            return False
        return True

    def _enter_message(self, name: str, attributes: dict[str, str]) -> None:
        self._namespaces.update(_namespaces(attributes))
        if name not in self._kind.roots:
            raise self._another(name)
        spaces = [space for space in self._namespaces.values() if "www.w3.org" not in space]
        self._name = self._kind.version_in(spaces) or ("" if spaces else self._kind.name)
        if not spaces:
            message = "The message has no namespace; it is read by its element names alone."
            self._printed.emit(notice("no-namespace", DOCUMENT, message))
        elif not self._name:
            message = (
                f"The message's namespace is not one of {self._kind.name}, though its elements are. Ask the bank "
                "which it is."
            )
            raise self.walk.refused("unknown-message", message, field="xmlns", value=spaces[-1])
        if later_than_known(self._name):
            message = f"Version {self._name} is later than {LATEST}, the latest that is known; it is read by the same names."
            self._printed.emit(notice("later-version", DOCUMENT, message, self._name))
        self.walk.node = self._message

    def _another(self, name: str) -> Refused:
        other = named_by(name)
        what = f"another message ({name})" if other is None else f"a {other.name} {other.what}"
        message = (
            f"This is {what}, not a {self._kind.name} {self._kind.what}. Import it by its own format, or fetch "
            f"the {self._kind.what}."
        )
        return self.walk.refused("unknown-message", message, field=DOCUMENT, value=name)

    def _envelope_closed(self) -> None:
        self.walk.within -= 1

    def _document_closed(self) -> None:
        if not self._found:
            message = (
                f"The message holds no {self._kind.what} ({self._kind.part}). Ask the bank for it again."
            )
            self._printed.missing(DOCUMENT, self._kind.part, message)

    def _header_closed(self) -> None:
        self._header = self._headers.take()

    def _balance_closed(self) -> None:
        self._current().balance(self._balance.take())

    def _code_total_closed(self) -> None:
        self._current().code_total(self._code_total.take())

    def _statement_closed(self) -> None:
        statement = self._current()
        if statement.page is None:
            self._open(statement, None)
        statement.close(self._summary.take())
        self._page, self._statement = statement.page, None

    def _entry_closed(self) -> None:
        entry = self._entry.take()
        statement = self._current()
        if statement.page is None:
            self._open(statement, entry.currency)
        statement.entry(entry, Parts(self._payments, self._batches, self._charges, self._payment_charges))
        self._payments, self._batches = [], []
        if self._charges or self._payment_charges:
            self._charges, self._payment_charges = [], []

    def _group_closed(self) -> None:
        batch = self._batch.take()
        first = self._batches[-1].last if self._batches else 0
        self._batches.append(Batched(batch, first, len(self._payments)))
        self._limit(len(self._batches))

    def _payment_closed(self) -> None:
        self._payments.append(self._transaction.take())
        self._limit(len(self._payments))

    def _charge_closed(self) -> None:
        self._charges.extend(self._charge_taken())
        self._limit(len(self._charges))

    def _payment_charge_closed(self) -> None:
        self._payment_charges.extend(self._charge_taken())
        self._limit(len(self._payment_charges))

    def _charge_taken(self) -> tuple[Charge, ...]:
        charge = self._charge.take()
        return () if charge.amount is charge.total is None else (charge,)

    def _limit(self, count: int) -> None:
        if count > self._options.limits.details:
            message = (
                f"One entry holds more than {self._options.limits.details} payments; ask the bank to "
                "divide it."
            )
            raise self.walk.refused("limit-exceeded", message, field="TxDtls")

    def _current(self) -> StatementReading:
        if self._statement is None:
            self._statements += 1
            self._found += 1
            self._statement = StatementReading(
                self._kind, self._statements, self._name, self._options.limits, self._printed,
                opposite=self._options.reversal_direction == "opposite",
            )  # fmt: skip
        return self._statement

    def _open(self, statement: StatementReading, currency: str | None) -> None:
        statement.open(self._head.take(), self._header, currency)
        page, before = statement.page, self._page
        if page is None or before is None or (page.account, page.id) != (before.account, before.id):
            return
        if page.number != before.number + 1 and page.number != before.number:
            message = (
                f"After page {before.number} of statement {page.id} comes page {page.number}. Ask the "
                "bank for all pages."
            )
            place = f"{statement.place}/{self._kind.part}Pgntn/PgNb"
            self._printed.fault("page-gap", place, message, field="PgNb", value=str(page.number))


def _namespaces(attributes: dict[str, str]) -> dict[str, str]:
    return {name: space for name, space in attributes.items() if name == "xmlns" or name.startswith("xmlns:")}
