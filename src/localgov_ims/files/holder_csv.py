"""Account holders as CSV: a header of field names in any order, then a row for each account."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, TextIO

from attrs import evolve

from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.issues import Issue
from localgov_ims.files.account_fields import AccountFields
from localgov_ims.files.holder_fields import AMOUNTS, FIELDS, KEY, HolderRow, fields_of
from localgov_ims.files.layouts import Delimited
from localgov_ims.files.limits import DEFAULT_LIMITS, Limits
from localgov_ims.files.profiles import Profile, ProfileReader
from localgov_ims.files.readers import Options

ACCOUNT_HOLDERS: Final = Profile(
    Delimited(
        name="account-holders", encoding=("utf-8",), columns=KEY, optional=FIELDS[len(KEY) :], others="refuse",
        strip=("formula-guard",),
        aliases={"account_reference": ("account_reference", "reference")}
        | {f"address_{line}": (f"address_{line}", f"address_line_{line}") for line in range(1, 5)},
    ),
    AccountFields(blank="clear"),
)  # fmt: skip
"""The shipped profile of that name: what `write_rows` writes, and any column of it may be left out."""

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")


def read_rows(stream: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Iterator[HolderRow | Issue]:
    """Yield each row as the file says it, or the Issue about it; the stream is left open.

    UTF-8, with or without a byte-order mark; RFC 4180. A cell that is blank clears its field; a column that is not
    there leaves it. The `'` that `write_rows` puts before what a spreadsheet would take for a formula is taken off.
    What is wrong with a row's fields is left for whoever applies them to an account holder. A header without rows
    names no account, which is what its sender may mean.
    """
    for event in ProfileReader(ACCOUNT_HOLDERS).read(stream, Options(limits=limits)):
        if isinstance(event, HolderRow):
            yield evolve(event, issues=()) if event.issues else event
        elif isinstance(event, Issue) and not (event.code == "truncated" and event.field == "rows"):
            # as rows say it, whose places are told by line alone
            yield evolve(event, place=event.place.rpartition(", ")[2])


def write_rows(holders: Iterable[AccountHolder], out: TextIO) -> int:
    """Write *holders* with every field, and return how many there were; `read_rows` gives back the same."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(FIELDS)
    count = 0
    for holder in holders:
        known = fields_of(holder)
        writer.writerow([_guarded(name, str(known.get(name, ""))) for name in FIELDS])
        count += 1
    return count


def _guarded(name: str, text: str) -> str:
    return f"'{text}" if name not in AMOUNTS and _FORMULA.match(text) else text
