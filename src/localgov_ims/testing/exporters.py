"""What every exporter of journals must hold: a contract that a supplier runs in three lines.

class TestMyLedger(LedgerExporterContract):
    def make(self):
        return MyLedger()
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localgov_ims.domain.journals import Journal
from localgov_ims.errors import RuleViolation
from localgov_ims.hooks import LedgerExporter
from localgov_ims.testing.strategies import AWKWARD, journals, texts

PROBLEM_CODES = frozenset(
    """
    unbalanced too_long not_encodable control_character no_ledger_account ledger_code_unknown missing_setting
    closed_period too_many_lines unmapped_vat_code
    """.split()
)
"""Every code that a Problem may have."""

UNWRITABLE = ("zero \x00 byte", "escape \x1b[0m", "half a pair \ud800")
"""Texts that no file for a finance system may carry as they are."""

# a supplier with two exporters runs the inherited tests from two classes, which is as it should be
_generated = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.differing_executors])


@attrs.frozen
class WrittenRow:
    """A row as the finance system would read it; `debit` and `credit` as printed, empty where they are."""

    debit: str
    credit: str
    reference: str


class LedgerExporterContract:
    """Tests for a `LedgerExporter`; subclass it, and give `make`.

    A format whose amounts stand in a debit and a credit column also gives `rows`.
    """

    def make(self) -> LedgerExporter:
        """Return the exporter to be tested."""
        raise NotImplementedError

    def rows(self, data: bytes) -> Sequence[WrittenRow] | None:
        """Return a file's rows, read by other means than `reparse`; none where it has no two columns."""
        del data
        return None

    @_generated
    @given(journal=journals())
    def test_what_is_written_balances_and_is_the_journal(self, journal: Journal) -> None:
        """Invariant 1: debits equal credits in the file, and are the journal's."""
        totals = self.make().export(journal).totals
        assert totals.debit == totals.credit == journal.debits
        assert totals.rows >= 2

    @_generated
    @given(journal=journals())
    def test_reparsing_the_bytes_gives_the_same_totals(self, journal: Journal) -> None:
        """Invariant 1: the totals are derived again from the bytes alone."""
        exporter = self.make()
        artefact = exporter.export(journal)
        assert exporter.reparse(artefact.data) == artefact.totals

    @_generated
    @given(journal=journals())
    def test_the_same_journal_gives_the_same_bytes(self, journal: Journal) -> None:
        """Invariant 5: no clock, no order of chance; and a first export is no copy."""
        first, again = self.make().export(journal), self.make().export(attrs.evolve(journal))
        assert first == again
        assert not first.copy

    @_generated
    @given(journal=journals(), other=journals())
    def test_another_journal_has_another_name(self, journal: Journal, other: Journal) -> None:
        """Invariant 5: the batch id is unique, and the file is named by it."""
        exporter = self.make()
        same = exporter.export(journal).name == exporter.export(other).name
        assert same == (journal.number == other.number)

    @_generated
    @given(journal=journals())
    def test_no_amount_is_negative_in_a_two_column_file(self, journal: Journal) -> None:
        """Invariant 2: a refund swaps sides; each row has one side, and it is not negative."""
        rows = self.rows(self.make().export(journal).data)
        if rows is None:
            pytest.skip("the format has no debit and credit columns")
        assert all(bool(row.debit) != bool(row.credit) for row in rows)
        assert "-" not in "".join(row.debit + row.credit for row in rows)

    @_generated
    @given(journal=journals(references=texts("A1" + AWKWARD)))
    def test_a_delimiter_in_a_text_survives_or_is_refused(self, journal: Journal) -> None:
        """Invariant 4: what would break a row is quoted or refused, never written as it is."""
        exporter = self.make()
        if exporter.validate(journal):
            with pytest.raises(RuleViolation):
                exporter.export(journal)
            return
        data = exporter.export(journal).data
        assert exporter.reparse(data).debit == journal.debits
        rows = self.rows(data)
        if rows is not None:
            assert [row.reference for row in rows] == [line.reference for line in journal.lines]

    @_generated
    @given(journal=journals(references=st.sampled_from(UNWRITABLE)))
    def test_what_cannot_be_written_is_refused(self, journal: Journal) -> None:
        """Invariant 4: `validate` says so by a known code, and `export` raises instead of replacing it."""
        exporter = self.make()
        problems = exporter.validate(journal)
        assert problems
        assert {problem.code for problem in problems} <= PROBLEM_CODES
        with pytest.raises(RuleViolation):
            exporter.export(journal)
