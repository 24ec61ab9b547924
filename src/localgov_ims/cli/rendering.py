"""`ims journals render`: a journal that stands in a file becomes the file of any finance system, without a store."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from localgov_ims.bootstrap.structuring import structured
from localgov_ims.cli.output import counted, json_option, print_json
from localgov_ims.domain.ledger_files import Artefact, ControlTotals, Problem
from localgov_ims.domain.quoting import visible
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.files.journal_json import journal_from_json
from localgov_ims.files.writing.parsing import layout_from_toml
from localgov_ims.hooks import LedgerExporter, registry

_REFUSED = 4
_path = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("journal", type=_path, metavar="JOURNAL.json")
@click.option(
    "--exporter", "name", required=True, metavar="NAME", help="An exporter of any installed plugin."
)
@click.option("--layout", type=_path, help="A layout of yours (TOML), for the exporters that are layouts.")
@click.option("--settings", type=_path, help="What [ledgers.NAME.options] would say (TOML).")
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder of the file.",
)
@json_option
@click.pass_context
def render(
    context: click.Context, journal: Path, name: str, layout: Path | None, settings: Path | None, out: Path, *,
    as_json: bool,
) -> None:  # fmt: skip
    """Make the file of JOURNAL.json for a finance system, and count it again from its bytes. No council is needed.

    Exit status 0: the file is written and holds what the journal says; 4: the journal has Problems, all of which are
    printed, and nothing is written.

    \b
    Examples:
      ims journals render journal.json --exporter generic-csv -o out
      ims journals render journal.json --exporter layout --layout ours.toml -o out --json
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    exporter = _exporter(name, layout, settings)
    read = journal_from_json(journal.read_bytes())
    problems = exporter.validate(read)
    if problems:
        _tell(problems, read.number, as_json=as_json)
        context.exit(_REFUSED)
    artefact = exporter.export(read)
    again = exporter.reparse(artefact.data)
    if again != artefact.totals:
        message = f"The file of journal {read.number} does not hold what the journal says; it was not kept."
        raise RuleViolation("export_not_proved", message, journal=read.number)
    out.mkdir(parents=True, exist_ok=True)
    path = out / artefact.name
    partial = out / f".{artefact.name}.part"
    partial.write_bytes(artefact.data)
    partial.replace(path)
    _show(name, read.number, path, artefact, again, as_json=as_json)


def _exporter(name: str, layout: Path | None, settings: Path | None) -> LedgerExporter:
    offered = registry.load(None).exporters
    if name not in offered:
        message = (
            f"No installed plugin offers the exporter {name!r}; there are: {', '.join(sorted(offered))}."
        )
        raise ConfigurationError("unknown_name", message, name=name)
    options = dict(_table(settings)) if settings is not None else {}
    if layout is not None:
        options["layout"] = _table(layout)
    where = str(settings) if settings is not None else f"The exporter {name}"
    return offered[name].factory(structured(options, offered[name].settings_model, where))


def _table(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        message = f"{path} is no TOML: it is not UTF-8 ({error}). Nothing was changed."
        raise ConfigurationError("bad_layout", message, where=str(path)) from error
    return layout_from_toml(text, str(path))


def _tell(problems: Sequence[Problem], number: str, *, as_json: bool) -> None:
    if as_json:
        listed = [{"code": p.code, "where": p.where, "message": p.message} for p in problems]
        print_json({"journal": number, "files": [], "problems": listed})
        return
    click.secho(f"Journal {visible(number)} cannot be exported; nothing was written:", fg="red")
    for problem in problems:
        click.echo(f"  {problem.code} at {problem.where}: {visible(problem.message)}")


def _show(
    name: str, number: str, path: Path, artefact: Artefact, again: ControlTotals, *, as_json: bool
) -> None:  # fmt: skip
    sha256 = hashlib.sha256(artefact.data).hexdigest()
    if as_json:
        file = {
            "file": str(path), "name": artefact.name, "media_type": artefact.media_type, "bytes": len(artefact.data),
            "sha256": sha256, "totals": _totals(artefact.totals), "reparsed": _totals(again),
        }  # fmt: skip
        print_json({"journal": number, "exporter": name, "files": [file], "problems": []})
        return
    click.echo(
        f"{visible(str(path))}: {counted(artefact.totals.rows, 'row')}, {len(artefact.data):,} bytes, SHA-256 {sha256}"
    )
    for label, totals in (("written", artefact.totals), ("read back", again)):
        click.echo(
            f"  {label}: {counted(totals.rows, 'row')}, debits {totals.debit.shown()}, "
            f"credits {totals.credit.shown()}, digest {totals.digest}"
        )


def _totals(totals: ControlTotals) -> dict[str, object]:
    return {
        "rows": totals.rows, "debit_pence": totals.debit.pence, "credit_pence": totals.credit.pence,
        "digest": totals.digest,
    }  # fmt: skip
