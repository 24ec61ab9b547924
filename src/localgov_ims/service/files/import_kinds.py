"""Which kind of file it is: its import type, the reader that knows it, and what records it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.import_types import ImportKind, ImportType
from localgov_ims.domain.people import key
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.received_files import Declared
from localgov_ims.errors import NotPermitted
from localgov_ims.files.events import Yields
from localgov_ims.files.limits import refuse
from localgov_ims.files.readers import Reader
from localgov_ims.files.reading import choose
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import rights_now

_YIELDS = {
    ImportKind.RECEIPTS: Yields.INCOME,
    ImportKind.REMITTANCE: Yields.INCOME,
    ImportKind.ACCOUNTS: Yields.ACCOUNTS,
}


def kind_of(
    installation: Installation, stream: BinaryIO, declared: Declared
) -> tuple[Reader, ImportType | None]:
    """Return the reader of a file, and its import type where its kind of file has one.

    Raises:
        Refused: There is no such type, it is not in use, no reader knows the file, or it is of another kind.
        NotPermitted: Whoever is asking is not one of its senders.
    """
    council = installation.council
    named = _named(installation, declared.import_type) if declared.import_type is not None else None
    preferred = council.formats_used | {
        t.format for t in council.import_types.values() if t.format is not None
    }
    reader = choose(
        installation.readers, stream, named=named.format if named is not None else None, preferred=preferred
    )
    if named is None and reader.yields in {Yields.INCOME, Yields.ACCOUNTS}:
        named = _only_type(council, reader)
        named = _named(installation, named.code)
    if named is not None and reader.yields is not _YIELDS[named.kind]:
        message = f"Files of type {named.code} hold {named.kind.value}; this one holds {reader.yields.value} ({reader.name})."
        raise refuse("wrong-kind", "file", message, value=reader.yields.value)
    return reader, named


def _named(installation: Installation, code: str) -> ImportType:
    types = installation.council.import_types
    found = types.get(code)
    if found is None:
        message = f"There is no import type '{quoted(code)}'. There are: {', '.join(types) or 'none'}."
        raise refuse("unknown-import-type", "file", message, value=code)
    if not found.in_use(local_day(installation.clock())):
        message = f"Import type {code} is not in use today. Ask whoever keeps the settings."
        raise refuse("disabled-import-type", "file", message, value=code)
    _permit_sending(installation, found)
    return found


def _permit_sending(installation: Installation, import_type: ImportType) -> None:
    """Refuse whoever may not send files of a type: it names its senders, or each user is given the types they send."""
    actor, named = key(installation.actor), {key(sender) for sender in import_type.senders}
    if actor in named:
        return
    with installation.store.reading() as connection:
        given = rights_now(installation, connection).sends(import_type.code)
    if named or not given:
        message = f"{installation.actor} is not one of the senders of import type {import_type.code}."
        raise NotPermitted("not_permitted", message, user=installation.actor, import_type=import_type.code)


def _only_type(council: Council, reader: Reader) -> ImportType:
    fitting: Sequence[ImportType] = [
        each for each in council.import_types.values() if each.enabled and each.format == reader.name
    ]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(each.code for each in fitting)
    message = (
        f"Several import types have the format {reader.name}: {names}. Name one with --type."
        if fitting
        else f"It is a {reader.name} file, and no [import_types.X] has this format. Add one, or name its type with --type."
    )
    raise refuse("unknown-import-type", "file", message, value=reader.name)
