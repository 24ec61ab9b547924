"""What every exporter of journals must hold: a contract that a supplier runs in a few lines.

class TestMyLedger(LedgerExporterContract):
    golden = {"card_receipt.csv": CARD_RECEIPT}

    def make(self):
        return MyLedger()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localgov_ims.domain.journals import Journal, JournalLine, Source
from localgov_ims.domain.ledger_files import Acknowledgement
from localgov_ims.domain.money import Money
from localgov_ims.errors import RuleViolation
from localgov_ims.hooks import ACKNOWLEDGEMENT, AcknowledgingExporter, LedgerExporter, LedgerExporterSpec
from localgov_ims.testing.strategies import AWKWARD, journals, texts

PROBLEM_CODES = frozenset(
    """
    unbalanced too_long not_encodable control_character no_ledger_account ledger_code_unknown missing_setting
    closed_period too_many_lines unmapped_vat_code not_pairable
    """.split()
)
"""Every code that a Problem may have."""

UNWRITABLE = ("zero \x00 byte", "escape \x1b[0m", "half a pair \ud800")
"""Texts that no file for a finance system may carry as they are."""

# a supplier with two exporters runs the inherited tests from two classes, which is as it should be
_generated = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.differing_executors])


@attrs.frozen
class WrittenRow:
    """A row as the finance system would read it; `debit` and `credit` as printed, empty where they are."""

    debit: str
    credit: str
    reference: str


class LedgerExporterContract:
    """Tests for a `LedgerExporter`; subclass it, and give `make`.

    A format whose amounts stand in a debit and a credit column also gives `rows`.

    Attributes:
        dimensions: How many dimensions of a ledger account the format has room for.
        longest_reference: How many characters a reference may have.
        vat_is_folded: Whether VAT has no row of its own.
        golden: Files as they must come out, by their path, with the journal of each.
        spec: What the plugin offers, where it offers an acknowledgement.
        answers: Answers as the finance system gives them, by their path, with what each says; needed for an acknowledgement.
    """

    dimensions: ClassVar[int] = 3
    longest_reference: ClassVar[int] = 30
    vat_is_folded: ClassVar[bool] = False
    golden: ClassVar[Mapping[Path, Journal]] = {}
    spec: ClassVar[LedgerExporterSpec | None] = None
    answers: ClassVar[Mapping[Path, Acknowledgement]] = {}

    def make(self) -> LedgerExporter:
        """Return the exporter to be tested."""
        raise NotImplementedError

    def rows(self, data: bytes) -> Sequence[WrittenRow] | None:
        """Return a file's rows, read by other means than `reparse`; none where it has no two columns."""
        del data
        return None

    def journals(self, characters: str = "ABCdef012 /.") -> st.SearchStrategy[Journal]:
        """Give journals that the format has room for; their references are made of *characters*."""
        return journals(texts(characters, self.longest_reference), dimensions=self.dimensions)

    @_generated
    @given(data=st.data())
    def test_what_is_written_balances_and_is_the_journal(self, data: st.DataObject) -> None:
        """Invariants 1 and 3: debits equal credits in the file, and are the journal's, VAT included."""
        journal = data.draw(self.journals())
        totals = self.make().export(journal).totals
        assert totals.debit == totals.credit
        assert totals.debit == journal.debits
        assert 1 <= totals.rows <= len(journal.lines)

    @_generated
    @given(data=st.data())
    def test_reparsing_the_bytes_gives_the_same_totals(self, data: st.DataObject) -> None:
        """Invariant 1: the totals are derived again from the bytes alone."""
        exporter = self.make()
        artefact = exporter.export(data.draw(self.journals()))
        assert exporter.reparse(artefact.data) == artefact.totals

    @_generated
    @given(data=st.data())
    def test_a_file_that_lost_a_byte_is_refused_or_counts_otherwise(self, data: st.DataObject) -> None:
        """Invariant 1: no file that was cut short is taken for whole."""
        exporter = self.make()
        artefact = exporter.export(data.draw(self.journals()))
        cut = artefact.data[: data.draw(st.integers(0, len(artefact.data) - 1))]
        try:
            counted = exporter.reparse(cut)
        except RuleViolation:
            return
        assert counted != artefact.totals

    @_generated
    @given(data=st.data())
    def test_the_same_journal_gives_the_same_bytes(self, data: st.DataObject) -> None:
        """Invariant 5: no clock, no order of chance; and a first export is no copy."""
        journal = data.draw(self.journals())
        first, again = self.make().export(journal), self.make().export(attrs.evolve(journal))
        assert first == again
        assert not first.copy

    @_generated
    @given(data=st.data())
    def test_another_journal_has_another_name(self, data: st.DataObject) -> None:
        """Invariant 5: the batch id is unique, and the file is named by it."""
        journal, other = data.draw(self.journals()), data.draw(self.journals())
        exporter = self.make()
        same = exporter.export(journal).name == exporter.export(other).name
        assert same == (journal.number == other.number)

    @_generated
    @given(data=st.data())
    def test_a_refund_swaps_sides(self, data: st.DataObject) -> None:
        """Invariant 2: the mirror of a journal has the same totals and other entries; no debit is negative."""
        journal = data.draw(self.journals())
        exporter = self.make()
        mirror = attrs.evolve(
            journal, lines=tuple(attrs.evolve(line, side=line.side.other) for line in journal.lines)
        )
        first, swapped = exporter.export(journal), exporter.export(mirror)
        assert (first.totals.debit, first.totals.credit) == (swapped.totals.credit, swapped.totals.debit)
        assert exporter.reparse(swapped.data) == swapped.totals
        rows = self.rows(swapped.data)
        if rows is not None:
            assert all(bool(row.debit) != bool(row.credit) for row in rows)
            assert "-" not in "".join(row.debit + row.credit for row in rows)

    @_generated
    @given(data=st.data())
    def test_a_delimiter_in_a_text_survives_or_is_refused(self, data: st.DataObject) -> None:
        """Invariant 4: what would break a row is quoted or refused, never written as it is."""
        journal, exporter = data.draw(self.journals("A1" + AWKWARD)), self.make()
        if exporter.validate(journal):
            with pytest.raises(RuleViolation):
                exporter.export(journal)
            return
        written = exporter.export(journal).data
        assert exporter.reparse(written).debit == journal.debits
        rows = self.rows(written)
        if rows is not None:
            assert [row.reference for row in rows] == [line.reference for line in journal.lines]

    @_generated
    @given(data=st.data(), reference=st.sampled_from(UNWRITABLE))
    def test_what_cannot_be_written_is_refused(self, data: st.DataObject, reference: str) -> None:
        """Invariant 4: `validate` says so by a known code, and `export` raises instead of replacing it."""
        exporter = self.make()
        journal = data.draw(journals(st.just(reference), dimensions=self.dimensions))
        problems = exporter.validate(journal)
        assert problems
        assert {problem.code for problem in problems} <= PROBLEM_CODES
        with pytest.raises(RuleViolation):
            exporter.export(journal)

    @_generated
    @given(data=st.data())
    def test_an_account_too_long_is_refused_and_never_cut(self, data: st.DataObject) -> None:
        """Invariant 4: a code that has no room is a Problem, or it is written whole."""
        journal, exporter = data.draw(self.journals()), self.make()
        account = attrs.evolve(journal.lines[0].account, code="9" * 3000)
        longer = attrs.evolve(
            journal, lines=(attrs.evolve(journal.lines[0], account=account), *journal.lines[1:])
        )
        if not exporter.validate(longer):
            assert b"9" * 3000 in exporter.export(longer).data

    @_generated
    @given(data=st.data())
    def test_a_summary_is_written_like_any_journal(self, data: st.DataObject) -> None:
        """Invariant 7: a line that stands for many has their sum, and the file is proved as any other."""
        journal, exporter = data.draw(self.journals()), self.make()
        if self.vat_is_folded:
            pytest.skip("lines that were added up have no source of their own to fold VAT into")
        summary = _summary(journal)
        artefact = exporter.export(summary)
        assert artefact.totals.debit == journal.debits
        assert exporter.reparse(artefact.data) == artefact.totals

    def test_the_golden_files_come_out_to_the_byte(self) -> None:
        """Invariant 5: what was agreed with the site is what is written."""
        exporter = self.make()
        for path, journal in self.golden.items():
            artefact = exporter.export(journal)
            assert artefact.data == path.read_bytes(), path.name
            assert exporter.reparse(path.read_bytes()) == artefact.totals

    def test_an_acknowledgement_is_offered_only_where_it_can_be_read(self) -> None:
        """Invariant 8: who offers the capability has `acknowledge`; for all others a person confirms."""
        offered = self.spec is not None and ACKNOWLEDGEMENT in self.spec.capabilities
        assert offered == hasattr(self.make(), "acknowledge")
        assert offered == bool(self.answers), "an acknowledgement needs an answer that it can be read from"

    def test_an_answer_says_the_same_whenever_it_is_read(self) -> None:
        """Invariant 8: what the finance system took, and what not, is told from the bytes alone."""
        exporter = self.make()
        for path, said in self.answers.items():
            assert isinstance(exporter, AcknowledgingExporter)
            data = path.read_bytes()
            assert exporter.acknowledge(data) == exporter.acknowledge(data) == said, path.name

    def test_what_is_no_answer_is_refused(self) -> None:
        """Invariant 8: an empty file, or another system's, is never taken for a word on a journal."""
        exporter = self.make()
        for data in (b"", b"\x00\x01", b"<html>Please sign in</html>") if self.answers else ():
            assert isinstance(exporter, AcknowledgingExporter)
            with pytest.raises(RuleViolation):
                exporter.acknowledge(data)


def _summary(journal: Journal) -> Journal:
    """Add up what has one account and side; accounts that were debited and credited keep both lines."""
    whole = Source("journal", journal.number)
    groups: dict[object, list[JournalLine]] = {}
    for line in journal.lines:
        groups.setdefault((line.account, line.side, line.vat_code), []).append(line)
    lines = [
        attrs.evolve(
            lines[0], number=n, amount=Money.total(line.amount for line in lines), source=whole,
            narrative=f"IMS {journal.accounting_on} n={len(lines)}", reference=f"{n}",
            sources=tuple(line.source for line in lines),
        )
        for n, lines in enumerate(groups.values(), 1)
    ]  # fmt: skip
    return attrs.evolve(journal, lines=tuple(lines))
