"""`ims audit`: who did what, and the proof that nobody changed it since."""

from __future__ import annotations

import json
from datetime import datetime

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, progress
from localgov_ims.cli.root import BROKEN_LAW
from localgov_ims.cli.verifying import law_json, show_laws
from localgov_ims.domain.quoting import visible
from localgov_ims.service.auditing import SHOWN, Shown, show_audit, verify_audit

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """See the audit trail and prove it."""


@audit.command()
@json_option
@click.pass_context
def verify(context: click.Context, *, as_json: bool) -> None:
    """Prove the audit trail: every record's seal, every entry's digest, every link of the chain.

    Exit status 0: nothing was changed; 5: something was.
    """
    installation = opened_council(context)
    with progress("Proving", show=not as_json):
        report = verify_audit(installation)
    if as_json:
        print_json(law_json(report))
    else:
        show_laws([report])
    context.exit(0 if report.holds else BROKEN_LAW)


@audit.command()
@click.option("--by", metavar="USER", help="Only what this user did.")
@click.option("--action", metavar="NAME", help="Only this action, such as import_file.")
@click.option("--since", type=_DAY, help="From this day on.")
@click.option("--until", type=_DAY, help="Up to this day.")
@click.option("--record", metavar="ID", help="Only what wrote or names this record: its id, or a reference.")
@click.option(
    "--limit", type=click.IntRange(1), default=SHOWN, show_default=True, help="At most so many entries."
)
@json_option
@click.pass_context
def show(
    context: click.Context, by: str | None, action: str | None, since: datetime | None, until: datetime | None,
    record: str | None, limit: int, *, as_json: bool,
) -> None:  # fmt: skip
    """Show who did what, the newest first."""
    found = show_audit(
        opened_council(context), by=by, action=action, since=since.date() if since is not None else None,
        until=until.date() if until is not None else None, record=record, limit=limit,
    )  # fmt: skip
    if as_json:
        print_json([_json(entry) for entry in found])
        return
    for entry in found:
        _show(entry)
    if not found:
        click.echo("Nothing in the audit trail fits.")


def _show(entry: Shown) -> None:
    click.secho(
        f"{entry.number}  {entry.at:%d %b %Y %H:%M:%S}  {visible(entry.by)}  {entry.action}", bold=True
    )
    for name, value in entry.detail.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(f"  {name}: {visible(text)}")
    for table, count in entry.records.items():
        click.echo(f"  {table}: {counted(count, 'record')}")
    click.echo(f"  hash: {entry.hash}")


def _json(entry: Shown) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "by": entry.by,
        "action": entry.action,
        "detail": dict(entry.detail),
        "records": dict(entry.records),
        "hash": entry.hash,
    }
