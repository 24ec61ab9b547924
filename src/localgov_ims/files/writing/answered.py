"""An exporter that is a layout, and reads what the finance system answers by a profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from localgov_ims.domain.answers import AnswerRow, Rest
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.ledger_files import Acknowledgement, RejectedLine
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.files.answers import AnswerReader
from localgov_ims.files.writing.exporter import LayoutExporter

UNSAID = "no reason was given"
"""The reason of a line that was rejected without one."""


@frozen
class AnsweredExporter(LayoutExporter):
    """A `LayoutExporter` with the capability `acknowledgement`.

    Attributes:
        answers: How an answer is laid out. It has one journal, in a row for the whole of it, in rows for its lines, or both.
    """

    answers: AnswerReader = field(kw_only=True)

    @classmethod
    def by(cls, layout: LayoutExporter, table: Mapping[str, Any], where: str) -> AnsweredExporter:
        """Give an exporter a profile of answers, the *table* at *where* in the settings.

        Raises:
            ConfigurationError: It is no such profile, or has no column of the journal's number and of its lines.
        """
        answers = AnswerReader.of(table, where)
        if answers.content.file is None or answers.content.line is None:
            message = (
                f"[{where}] must give file, the column of the journal's number, and line, that of its line's."
            )
            raise ConfigurationError("bad_profile", message, profile=where)
        return cls(layout.layout, layout.settings, answers=answers)

    def acknowledge(self, data: bytes) -> Acknowledgement:
        """Return what the finance system says of one journal.

        Raises:
            RuleViolation: A row cannot be read, or rows contradict each other; all faults are named, each with its place.
        """
        rows, faults = list[AnswerRow](), list[str]()
        for each in self.answers.read(data):
            if isinstance(each, Issue):
                value = f" ({each.value})" if each.value else ""
                faults.append(f"{each.place}, {each.field or 'row'}{value}: {each.message}")
            else:
                rows.append(each)
        faults = [each.rstrip(".") for each in (*faults, *_contradictions(rows))]
        if faults or not rows:
            listed = "; ".join(faults) or "It has no row"
            message = f"The answer cannot be read, and nothing was recorded. {listed}."
            raise RuleViolation("bad_answer", message, faults=faults)
        return _acknowledgement(rows, self.answers.content.rest)


def _contradictions(rows: Sequence[AnswerRow]) -> Iterator[str]:
    first: dict[int | None, AnswerRow] = {}
    for row in rows:
        if row.file is None:
            yield f"{row.place}: it names no journal"
        elif row.file != rows[0].file:
            yield f"{row.place}: it is about journal {row.file}, and {rows[0].place} about {rows[0].file}"
        if (before := first.setdefault(row.line, row)) is not row:
            yield f"{row.place}: it is about the same as {before.place}"
    whole = first.get(None)
    if whole is not None and not whole.accepted:
        for row in rows:
            if row.accepted:
                yield f"{row.place}: a line was accepted, and by {whole.place} nothing of the journal"


def _acknowledgement(rows: Sequence[AnswerRow], rest: Rest) -> Acknowledgement:
    whole = next((row for row in rows if row.line is None), None)
    each = whole is None and rest is not Rest.ACCEPTED
    return Acknowledgement(
        journal=rows[0].file or "",
        accepted=whole.accepted if whole is not None else not each or any(row.accepted for row in rows),
        rejected=tuple(
            RejectedLine(number=row.line, reason=row.reason or UNSAID)
            for row in rows
            if row.line is not None and not row.accepted
        ),
        named=frozenset(row.line for row in rows if row.line is not None) if each else None,
        message=whole.reason if whole is not None else "",
    )
