"""`ims references`: try formats of account references on references and on free text, without a council."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from attrs import field, frozen

from localgov_ims.bootstrap.structuring import structured
from localgov_ims.cli.output import json_option, print_json, print_table
from localgov_ims.domain.check_digits import CheckDigits
from localgov_ims.domain.finding import Finder, Found
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.references import ReferenceFormat
from localgov_ims.errors import ConfigurationError, InvalidValue, NotFound

formats_option = click.option(
    "--formats",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="TOML with [reference_formats.x] and [check_digits.x]; default: the council's settings.",
)


@click.group()
def references() -> None:
    """Try the formats of account references; nothing is recorded and no database is needed."""


@references.command()
@formats_option
@click.argument("name")
@click.argument("texts", metavar="REFERENCE...", nargs=-1, required=True)
@json_option
@click.pass_context
def check(
    context: click.Context, formats: Path | None, name: str, texts: tuple[str, ...], *, as_json: bool
) -> None:
    """Tell whether each REFERENCE is one of the format NAME; the exit status is 0 whatever the answers."""
    known = _formats(formats or context.obj)
    if name not in known:
        message = f"There is no reference format {name!r}; there are: {', '.join(known) or 'none'}."
        raise NotFound("no_such_format", message, name=name)
    answers = [(text, *_answer(known[name], text)) for text in texts]
    if as_json:
        print_json(
            [
                {
                    "reference": text,
                    "valid": refusal is None,
                    "canonical": canonical,
                    "reason": refusal and refusal.code,
                }
                for text, canonical, refusal in answers
            ]
        )
        return
    rows = [
        (visible(text), visible(canonical or "no"), visible(refusal.message) if refusal else "")
        for text, canonical, refusal in answers
    ]
    print_table(f"References of {name}", ["reference", "valid, as", "reason"], rows)


@references.command()
@formats_option
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@json_option
@click.pass_context
def find(context: click.Context, formats: Path | None, texts: tuple[str, ...], *, as_json: bool) -> None:
    """Find the references of every format in each TEXT; `-` reads texts from standard input, a line each.

    \b
    Example:
      ims references find --formats council.toml "CTAX 612 345 674 MAY"
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    finder = Finder(_formats(formats or context.obj).values())
    answers = _found(finder, texts)
    if as_json:
        _print_list({"text": text, "found": [_found_json(each) for each in found]} for text, found in answers)
        return
    for text, found in answers:
        click.echo(visible(text))
        for each in found:
            as_written = visible(each.written)
            click.echo(f"  {each.format}: {visible(each.reference.text)}, written {as_written}")
        if not found:
            click.echo("  no reference")


def formats_in(raw: Mapping[str, Any], where: str) -> Mapping[str, ReferenceFormat]:
    """Return the reference formats of settings, or of a part of them; *where* names them in messages.

    Raises:
        ConfigurationError: A format or a check-digit scheme cannot be used.
    """
    named = {
        section: {name: _named(section, name, table, where) for name, table in _tables(raw, section, where)}
        for section in ("check_digits", "reference_formats")
    }
    schemes = structured({"check_digits": named["check_digits"]}, _Schemes, where).check_digits
    formats = structured({"reference_formats": named["reference_formats"]}, _Formats, where, schemes)
    return formats.reference_formats


@frozen(kw_only=True)
class _Schemes:
    check_digits: Mapping[str, CheckDigits] = field(factory=dict)


@frozen(kw_only=True)
class _Formats:
    reference_formats: Mapping[str, ReferenceFormat] = field(factory=dict)


def _formats(path: Path) -> Mapping[str, ReferenceFormat]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = f"There is no file {path}. Name the one that holds [reference_formats.x] with --formats."
        raise ConfigurationError("no_settings", message, path=str(path)) from error
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 text: {error}."
        raise ConfigurationError("settings_not_utf8", message, path=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        message = f"{path} is not valid TOML: {error}."
        raise ConfigurationError("settings_not_toml", message, where=str(path)) from error
    return formats_in(raw, str(path))


def _tables(raw: Mapping[str, Any], section: str, where: str) -> Iterable[tuple[str, object]]:
    tables = raw.get(section, {})
    if not isinstance(tables, dict):
        message = f"{where}: {section} must be tables, such as [{section}.name]."
        raise ConfigurationError("bad_settings", message, section=section)
    return tables.items()


def _named(section: str, name: str, table: object, where: str) -> Mapping[str, object]:
    if not isinstance(table, dict) or "name" in table:
        message = f"{where}: [{section}.{name}] must be a table; its name is {name!r} already."
        raise ConfigurationError("bad_settings", message, section=section)
    return {"name": name} | table


def _answer(format_: ReferenceFormat, text: str) -> tuple[str | None, InvalidValue | None]:
    try:
        return format_.parse(text).text, None
    except InvalidValue as error:
        return None, error


def _found(finder: Finder, texts: Iterable[str]) -> Iterator[tuple[str, list[Found]]]:
    for text in texts:
        if text != "-":
            yield text, list(finder.find(text))
            continue
        with click.open_file("-", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                written = line.rstrip("\r\n")
                yield written, list(finder.find(written))


def _found_json(found: Found) -> Mapping[str, str]:
    return {"format": found.format, "written": found.written, "canonical": found.reference.text}


def _print_list(entries: Iterable[object]) -> None:
    """Print a JSON list an entry at a time: a million lines need no more memory than one."""
    before = "[\n  "
    for entry in entries:
        click.echo(f"{before}{json.dumps(entry, ensure_ascii=False)}", nl=False)
        before = ",\n  "
    click.echo("[]" if before.startswith("[") else "\n]")
