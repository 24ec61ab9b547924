"""Files and what became of them, as JSON and as people read it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from localgov_ims.cli.output import counted, issue_json, print_issues, print_table
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.received_files import FileEvent, ReceivedFile
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.service.explaining.stories import when
from localgov_ims.service.files.importing import ImportResult

_COLOURS = {
    "recorded": "green", "seen": "yellow", "held": "yellow", "reversed": "yellow", "refused": "red",
    "received": "white", "in_progress": "white",
}  # fmt: skip
_SAID = {
    "received": "it informs; its lines come from files of another kind, and nothing was recorded",
    "seen": "it was here already; nothing was changed",
    "refused": "nothing of it was recorded; its bytes are kept",
    "held": "nothing of it is recorded until a person decides: ims files decide",
}
_GROUPS = {"funds": "Fund", "mops": "Method", "rules": "Rule", "reasons": "In suspense, because"}


def label(path: str) -> str:
    """Return a file's name as text that can be kept, whatever bytes the file system allows."""
    return os.fsencode(Path(path).name).decode("utf-8", "replace") if path != "-" else "standard input"


def result_json(result: ImportResult) -> dict[str, object]:
    """Return what became of a file as JSON."""
    return {
        "file": result.name, "id": str(result.file), "sha256": result.sha256, "status": result.status,
        "format": result.format, "import_type": result.import_type,
        "statements": result.counts.get("statements", 0), "settlements": result.counts.get("settlements", 0),
        "lines": result.counts.get("lines", 0), "seen_lines": result.counts.get("seen_lines", 0),
        "counts": dict(result.counts), "report": dict(result.report),
        "issues": [issue_json(issue) for issue in result.issues], "issue_count": result.issue_count,
    }  # fmt: skip


def show_result(result: ImportResult, *, dry: bool = False) -> None:
    """Print what became of a file, or would become of it."""
    said = ", ".join(
        counted(count, name.replace("_", " ").removesuffix("s")) for name, count in result.counts.items()
    )
    if result.report:
        said = counted(result.counts.get("rows", 0), "row")
    said = (
        _SAID.get(result.status, said)
        if not dry or result.status == "recorded"
        else "nothing is kept or recorded"
    )
    status = click.style(result.status, fg=_COLOURS[result.status])
    click.echo(f"{visible(result.name)}: {f'would be {status}' if dry else status} ({said})")
    print_issues(result.issues, result.issue_count)
    if result.report and (dry or result.status == "recorded"):
        print_report(result.report)


def print_report(report: Mapping[str, Any]) -> None:
    """Print the sums of an income file: what was read, where it went, and why."""
    if not isinstance(report.get("rows"), Mapping):
        _print_counts(report)
        return
    rows = [
        (said, f"{report[name]['count']:,}", Money(report[name]["pence"]).shown())
        for name, said in (
            ("rows", "Rows read"), ("placed", "Placed"), ("suspense", "In suspense"), ("quarantined", "Of these quarantined"),
        )
        if report[name]["count"] or name == "rows"
    ]  # fmt: skip
    if report["skipped"]:
        rows.append(("Skipped, without money", f"{report['skipped']:,}", Money(0).shown()))
    declared = report["declared"]
    if declared:
        pence = Money(declared["pence"]).shown() if "pence" in declared else ""
        rows.append(("Declared", f"{declared['rows']:,}" if "rows" in declared else "", pence))
    if report["fees_pence"]:
        rows.append(("Fees kept by the sender", "", Money(report["fees_pence"]).shown()))
        rows.append(("Expected from the bank", "", Money(report["expected_pence"]).shown()))
    print_table("", ("", "rows ", "amount "), rows)
    for name, heading in _GROUPS.items():
        if report[name]:
            print_table("", (heading, "count ", "amount "), list(_group(name, report[name])))


def _print_counts(report: Mapping[str, Any]) -> None:
    """Print the counts of any other file, as of account holders."""
    rows = [
        (name.replace("_", " "), f"{value:,}")
        for name, value in report.items()
        if isinstance(value, int) and value
    ]
    money = [
        (name.removesuffix(" pence"), Money(report[name.replace(" ", "_")]).shown())
        for name, _ in rows
        if name.endswith(" pence")
    ]
    print_table("", ("", " "), [*(row for row in rows if not row[0].endswith(" pence")), *money])


def _group(name: str, sums: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[str, str, str]]:
    for key, each in sums.items():
        said = SuspenseReason(key).sentence if name == "reasons" else key
        yield said, f"{each['count']:,}", Money(each["pence"]).shown()


def file_json(file: ReceivedFile, event: FileEvent) -> dict[str, object]:
    """Return a file and where it stands as JSON."""
    return {
        "id": str(file.id), "name": file.name, "sha256": file.sha256, "size": file.size, "occurrence": file.occurrence,
        "status": event.status.value, "at": event.at.isoformat(), "by": event.by, "attempt": event.attempt,
        "run": event.run, "import_type": event.import_type, "format": event.format, "counts": dict(event.counts or {}),
    }  # fmt: skip


def event_json(event: FileEvent) -> dict[str, object]:
    """Return a step of a file's life as JSON."""
    said = event.declared
    return {
        "sequence": event.sequence, "status": event.status.value, "at": event.at.isoformat(), "by": event.by,
        "attempt": event.attempt, "run": event.run, "reason": event.reason, "format": event.format,
        "import_type": event.import_type, "counts": dict(event.counts or {}), "report": dict(event.report or {}),
        "declared": {
            "rows": said.rows, "pence": said.amount.pence if said.amount is not None else None,
            "faults": list(said.faults), "note": said.note, "again": said.again,
        },
        "issues": [issue_json(issue) for issue in event.issues], "issue_count": event.issue_count,
    }  # fmt: skip


def show_event(event: FileEvent) -> None:
    """Print a step of a file's life."""
    reason = f": {visible(event.reason)}" if event.reason else ""
    status = click.style(event.status.value, fg=_COLOURS[event.status.value])
    click.echo(f"{event.sequence}. {status} on {when(event.at)} by {event.by}{reason}")
    print_issues(event.issues, event.issue_count)
    if event.report and event.status.value in {"recorded", "reversed"}:
        print_report(event.report)
