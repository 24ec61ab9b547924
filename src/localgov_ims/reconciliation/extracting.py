r"""Account references in the text of bank lines, found inside DuckDB where their format allows it.

A format of one length, digits only, with a weighted check digit or none, is read by SQL: digits joined as a `Finder`
joins them, where exactly its length of them hang together. Where more do, there may be several readings: such texts,
and all other formats, are read by the `Finder` itself, so that what is found never depends on who looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import duckdb

from localgov_ims.domain.check_digits import Kind
from localgov_ims.domain.finding import Finder
from localgov_ims.domain.references import ReferenceFormat
from localgov_ims.reconciliation.snapshot import Snapshot

_DIGITS = frozenset("0123456789")
_MOST_RUNS = 4
_BLOCK = 10_000
_JOINERS = " -/."


def plain(format_: ReferenceFormat) -> bool:
    """Tell whether references of a format are read by SQL."""
    places, scheme = format_.places(), format_.check_digit
    return (
        places is not None
        and len(places) <= 18  # noqa: PLR2004 - the digits of a BIGINT
        and all(place == _DIGITS for place in places)
        and format_.regex is None
        and (scheme is None or (scheme.kind is Kind.WEIGHTED and not scheme.prefix_as))
        and all(example.isdigit() for example in format_.valid)
    )


def extract(snapshot: Snapshot, formats: Iterable[ReferenceFormat]) -> None:
    """Find the references in the texts of open lines: the part `text_reference`."""
    own = list(formats)
    if by_sql := [format_ for format_ in own if plain(format_)]:
        # An underscore is no letter to a Finder, and one to RE2's word boundary.
        snapshot.duck.execute(rf"""
CREATE TABLE digits AS
SELECT id, written, translate(written, '{_JOINERS}', '') AS read FROM (
  SELECT id, unnest(regexp_extract_all(
    CASE WHEN contains(text, '_') THEN translate(text, '_', '|') ELSE text END, '\b[0-9]+(?:[ \-/.][0-9]+)*\b'
  )) AS written
  FROM open_lines WHERE text IS NOT NULL
) WHERE length(written) >= {min(map(_length, by_sql))}""")
    for format_ in by_sql:
        # A text in which more digits hang together anywhere is the Finder's as a whole.
        hard = f"id IN (SELECT id FROM digits WHERE length(read) > {_length(format_)})"
        _by_sql(snapshot.duck, format_, "text_reference", f"({_checked(format_)}) AND NOT {hard}")
        _by_finder(snapshot, [format_], f"AND {hard}")
    _by_finder(snapshot, [format_ for format_ in own if not plain(format_)], "")


def extract_mistyped(snapshot: Snapshot, formats: Iterable[ReferenceFormat]) -> None:
    """Find what is nearly a reference in the texts of lines still open, after `extract`: the part `text_number`."""
    for format_ in filter(plain, formats):
        _by_sql(
            snapshot.duck,
            format_,
            "text_number",
            f"NOT ({_checked(format_)}) AND id IN (SELECT id FROM open_lines)",
        )


def _by_sql(duck: duckdb.DuckDBPyConnection, format_: ReferenceFormat, part: str, condition: str) -> None:
    length = _length(format_)
    # What is longer than a BIGINT is not tried, though nothing says in which order conditions are.
    duck.execute(f"""
INSERT INTO all_lines_{part} SELECT id, read, MIN(written) FROM (
  SELECT *, TRY_CAST(read AS BIGINT) AS number FROM digits WHERE length(read) = {length} AND length(written) < {length + _MOST_RUNS}
) WHERE {condition} GROUP BY id, read""")


def _by_finder(snapshot: Snapshot, formats: Sequence[ReferenceFormat], which: str) -> None:
    if formats:
        asked = snapshot.duck.execute(f"SELECT id, text FROM open_lines WHERE text IS NOT NULL {which}")
        snapshot.load_part("line", "text_reference", _found(Finder(formats), asked))


def _found(finder: Finder, asked: duckdb.DuckDBPyConnection) -> Iterator[tuple[object, str, str]]:
    while rows := asked.fetchmany(_BLOCK):
        for (line, _), inside in zip(rows, finder.find_all(text for _, text in rows), strict=True):
            for reference, written in {each.reference: each.written for each in inside}.items():
                yield line, reference.text, written


def _checked(format_: ReferenceFormat) -> str:
    """Return the condition that the check digit of `number` fits, as `CheckDigits.passes` decides it."""
    scheme, length = format_.check_digit, _length(format_)
    if scheme is None:
        return "TRUE"
    if len(scheme.weights) < length:
        return "FALSE"  # a digit without a weight fails
    digits = [f"(number // {10 ** (length - 1 - place)} % 10)" for place in range(length)]
    products = [f"{w} * {digit}" for w, digit in zip(scheme.weights, digits, strict=False) if w]
    remainder = f"(({' + '.join(products) or '0'}) % {scheme.modulus})"
    result = f"({scheme.modulus} - {remainder})" if scheme.subtract else remainder
    # A result written as a letter is no digit of these formats.
    written = "".join(
        f" WHEN {number} THEN {text if text.isdecimal() else -1}"
        for number, text in sorted(scheme.results.items())
    )
    return f"{digits[_at(format_)]} = " + (f"CASE {result}{written} ELSE {result} END" if written else result)


def _length(format_: ReferenceFormat) -> int:
    return format_.max_length if format_.mask is None else len(format_.mask)


def _at(format_: ReferenceFormat) -> int:
    place = (format_.mask or "").find("@")
    return place if place >= 0 else _length(format_) - 1
