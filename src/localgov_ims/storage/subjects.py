"""Finding a person: which records have data of theirs beside them, and which beside them have somebody else's."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import define, evolve, field
from sqlalchemy import Connection

from localgov_ims.domain.retention import Subject, bare_name
from localgov_ims.storage import files, holders, outbox, payments, personal, refunds, statements, transactions
from localgov_ims.storage.holding import spelt
from localgov_ims.storage.notes import notes, on_accounts
from localgov_ims.storage.retiring import CLASSES, one_of
from localgov_ims.storage.schema import json_text
from localgov_ims.storage.searching import dashed

Condition = sa.ColumnElement[bool]

_TELLING = 5  # characters of an account reference from which on it tells an account where it stands in a text


@define
class Found:
    """Records of a person, by table.

    Attributes:
        subject: Whom they were looked for as, the holder's names among it where only accounts were given.
        theirs: Records whose personal data is theirs.
        shared: Records of their accounts that have somebody else's beside them.
        plain: Records of theirs or their accounts, whether anything is beside them or not.
    """

    subject: Subject
    theirs: dict[str, set[UUID]] = field(factory=dict)
    shared: dict[str, set[UUID]] = field(factory=dict)
    plain: dict[str, set[UUID]] = field(factory=dict)

    def all_of(self, table: sa.Table) -> set[UUID]:
        """Return every record of a table that is about them."""
        kinds = (self.theirs, self.shared, self.plain)
        return {record for kind in kinds for record in kind.get(table.name, ())}


def find(connection: Connection, subject: Subject) -> Found:
    """Find what is held of a person: beside the accounts, and wherever their names or e-mail addresses stand.

    Only names that are *given* are looked for everywhere; that of an account's holder tells whose data its records
    have, for others may have the same name.
    """
    return _Finder(connection, subject).find()


def people_in(value: object) -> Iterator[tuple[str | None, str | None]]:
    """Yield name and e-mail address of each person that personal data names, however deep."""
    if isinstance(value, list):
        for each in value:
            yield from people_in(each)
    elif isinstance(value, dict):
        name = value.get("name") or " ".join(
            str(value[part]) for part in ("title", "forename", "surname") if value.get(part)
        )
        email = value.get("email") or value.get("to")
        if name or email:
            yield (str(name) if name else None), (str(email) if email else None)
        yield from ((str(each), None) for each in value.get("names", ()))
        yield from ((None, str(each)) for each in value.get("emails", ()))
        for each in value.values():
            yield from people_in(each)


class _Finder:
    def __init__(self, connection: Connection, subject: Subject) -> None:
        self._connection = connection
        self._given = subject
        self._found = Found(subject if subject.names else evolve(subject, names=self._holders_names(subject)))

    def find(self) -> Found:
        self._by_name()
        if self._given.accounts:
            for table, condition in self._of_accounts():
                self._sort(table, self._ids(table, condition))
        self._beside_theirs()
        return self._found

    def _by_name(self) -> None:
        """Take every record beside which a given name or e-mail address stands."""
        if not (self._given.names or self._given.emails):
            return
        value = personal.data.c.value
        fits = [
            sa.and_(
                *(
                    sa.or_(*(value.icontains(form, autoescape=True) for form in spelt(word)))
                    for word in bare_name(name)
                )
            )
            for name in self._given.names
        ]
        fits += [value.icontains(json_text(mail)[1:-1], autoescape=True) for mail in self._given.emails]
        rows = self._connection.execute(sa.select(personal.data.c.record, value).where(sa.or_(*fits)))
        mine = {row.record for row in rows if self._is_theirs(json.loads(row.value), self._given)}
        for table in (each.table for each in CLASSES.values() if "personal" in each.table.c):
            self._take(table, {found for fits in one_of(table, mine) for found in self._ids(table, fits)})

    def _of_accounts(self) -> Iterator[tuple[sa.Table, Condition]]:
        """Yield what their accounts are in: holders, income, payments, refunds, and the bank lines it came by."""
        heads, lines = transactions.transactions, transactions.lines
        own = sa.select(lines.c.transaction).where(self._account(lines))
        yield holders.holders, self._account(holders.holders)
        yield notes, on_accounts(self._given.accounts)
        yield heads, heads.c.id.in_(own)
        yield (
            payments.payments,
            payments.payments.c.id.in_(
                sa.select(payments.lines.c.payment).where(self._account(payments.lines))
            ),
        )
        given = (
            sa.select(refunds.items.c.request)
            .join(lines, lines.c.id == refunds.items.c.line)
            .where(self._account(lines))
        )
        yield refunds.requests, refunds.requests.c.id.in_(given)
        origins = sa.select(heads.c.origin_id).where(
            heads.c.origin_kind == "statement_line", heads.c.id.in_(own)
        )
        yield statements.lines, dashed(self._connection, statements.lines.c.id).in_(origins)
        yield statements.lines, statements.lines.c.id.in_(self._naming_accounts())
        # What was said of their account's lines is about the account, whoever paid.
        self._take(lines, self._ids(lines, self._account(lines)))
        self._take(payments.lines, self._ids(payments.lines, self._account(payments.lines)))

    def _beside_theirs(self) -> None:
        """Take what belongs to records that are theirs: narratives, cards, and refunds of what they paid."""
        heads, lines = transactions.transactions, transactions.lines
        for parent, table, key in (
            (heads, lines, lines.c.transaction),
            (heads, outbox.messages, outbox.messages.c.transaction),
            (payments.payments, payments.lines, payments.lines.c.payment),
            (payments.payments, payments.events, payments.events.c.payment),
        ):
            for fits in one_of(parent, self._found.theirs.get(parent.name, set())):
                self._take(table, self._ids(table, key.in_(sa.select(parent.c.id).where(fits))))
        for fits in one_of(heads, self._found.theirs.get(heads.name, set())):
            banked = sa.select(heads.c.origin_id).where(heads.c.origin_kind == "statement_line", fits)
            banks = statements.lines
            self._sort(banks, self._ids(banks, dashed(self._connection, banks.c.id).in_(banked)))

        for fits in one_of(heads, self._found.theirs.get(heads.name, set())):
            given = sa.select(refunds.items.c.request).join(lines, lines.c.id == refunds.items.c.line)
            own = given.where(lines.c.transaction.in_(sa.select(heads.c.id).where(fits)))
            self._sort(refunds.requests, self._ids(refunds.requests, refunds.requests.c.id.in_(own)))

    def _naming_accounts(self) -> list[UUID]:
        """Return the bank lines whose text names an account of theirs as a word of its own."""
        named = []
        for reference in {reference for _, reference in self._given.accounts if len(reference) >= _TELLING}:
            query = (
                sa.select(personal.data.c.record, personal.data.c.value)
                .join(statements.lines, statements.lines.c.id == personal.data.c.record)
                .where(personal.data.c.value.icontains(json_text(reference)[1:-1], autoescape=True))
            )
            word = re.compile(rf"(?<![0-9A-Za-z]){re.escape(reference)}(?![0-9A-Za-z])", re.IGNORECASE)
            rows = self._connection.execute(query)
            named += [row.record for row in rows if word.search(row.value)]
        return named

    def _sort(self, table: sa.Table, records: Collection[UUID]) -> None:
        """Tell of records of their accounts whose persons' data is theirs, and whose is somebody else's."""
        self._found.plain.setdefault(table.name, set()).update(records)
        beside: dict[UUID, Any] = {}
        for fits in one_of(table, records):
            query = sa.select(personal.data).where(
                personal.data.c.record.in_(sa.select(table.c.id).where(fits))
            )
            beside |= {row.record: json.loads(row.value) for row in self._connection.execute(query)}
        mine = {
            record for record, value in beside.items()
            if self._is_theirs(value, self._found.subject) or not any(people_in(value))
        }  # fmt: skip
        self._take(table, mine)
        others = set(beside) - mine - self._found.theirs.get(table.name, set())
        self._found.shared.setdefault(table.name, set()).update(others)

    def _take(self, table: sa.Table, records: Collection[UUID]) -> None:
        self._found.theirs.setdefault(table.name, set()).update(records)

    def _ids(self, table: sa.Table, fits: Condition) -> set[UUID]:
        return set(self._connection.execute(sa.select(table.c.id).where(fits)).scalars())

    def _account(self, table: sa.Table) -> Condition:
        return sa.tuple_(table.c.fund, table.c.account_reference).in_(list(self._given.accounts))

    def _holders_names(self, subject: Subject) -> tuple[str, ...]:
        in_force = holders.current(self._connection, subject.accounts)
        return tuple(h.person.shown for h in in_force.values() if bare_name(h.person.shown))

    @staticmethod
    def _is_theirs(value: object, subject: Subject) -> bool:
        return any(subject.known_as(name) or subject.writes_as(email) for name, email in people_in(value))


_LETTER = rb"[0-9a-z\x80-\xff-]"


def files_naming(connection: Connection, found: Found) -> set[UUID]:
    """Return the files whose bytes name a person: those of their bank lines, and those in which a name stands.

    The bytes are searched as they came, whatever their case; a name inside a compressed file is not seen.
    """
    heads, lines = statements.statements, statements.lines
    named = set[UUID]()
    for fits in one_of(lines, found.theirs.get(lines.name, set())):
        query = sa.select(heads.c.file).join(lines, lines.c.statement == heads.c.id).where(fits)
        named |= set(connection.execute(query).scalars())
    sought = {form for text in _as_written(found.subject) for form in _as_bytes(text)}
    if not sought:
        return named
    longest = max(map(len, sought)) + 1
    # Whole names: "Ann Lee" is not in "Joann Lee-Carter".
    whole = re.compile(
        rb"(?<!%b)(?:%b)(?!%b)" % (_LETTER, b"|".join(map(re.escape, sorted(sought))), _LETTER)
    )
    query = sa.select(files.chunks).order_by(files.chunks.c.file, files.chunks.c.number)
    tails: Mapping[UUID, bytes] = {}
    for row in connection.execute(query, execution_options={"yield_per": 1}):
        # A name may begin in one piece and end in the next.
        data = tails.get(row.file, b"") + bytes(row.data).lower()
        if whole.search(data):
            named.add(row.file)
        tails = {row.file: data[-longest:]}
    return named


def _as_written(subject: Subject) -> Iterator[str]:
    for name in subject.names:
        *first, last = bare_name(name)
        yield " ".join((*first, last))
        if first:
            yield " ".join((last, *first))
            yield f"{last}, {' '.join(first)}"
    yield from (mail.casefold() for mail in subject.emails)


def _as_bytes(text: str) -> Iterator[bytes]:
    """Yield a text in the encodings and cases of files; of bytes, only A to Z can be made small."""
    for code in ("utf-8", "cp1252"):
        with suppress(UnicodeEncodeError):  # then no file of that encoding has it
            yield from (form.encode(code).lower() for form in (text, text.upper()))
