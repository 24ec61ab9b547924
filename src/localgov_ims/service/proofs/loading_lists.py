"""Loading lists: what another system says it paid, or what stands open elsewhere, becomes items that end by a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from localgov_ims.domain.breaks import LISTED_ITEM, Break, BreakKind
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.stated import About, ListedItem, ListedRow, check_listed
from localgov_ims.errors import ImsError
from localgov_ims.files.events import Yields
from localgov_ims.files.limits import Refused
from localgov_ims.files.reading import IssueLog, choose, events
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.proofs.fed_items import check_answered, is_answered
from localgov_ims.service.proofs.stating import Loaded, check_subject, issue_of
from localgov_ims.storage import feed_answers, reconciliation
from localgov_ims.storage import stated as stored


def load_items(
    installation: Installation, stream: BinaryIO, *, about: About, subject: str, what: str, source: str,
    named: str | None = None,
) -> Loaded:  # fmt: skip
    """Load a list of items, all or nothing, by the profile *named* or the one that knows the file; items that are here are seen.

    What the back office rejected becomes a Break each; a line that its answer to a feed named is seen as well.

    Raises:
        NotPermitted: The permission reconciliation.prepare is missing.
        NotFound: There is no such bank account or fund, or no recogniser names such a system.
        InvalidValue: There is no such list, or the source is missing or too long.
        AlreadyDone: Somebody else loaded some of them at the same time; load the file again.
    """
    with installation.unit("list_items") as unit:
        permit_unit(installation, unit, Permission.RECONCILIATION_PREPARE)
        check_subject(installation.council, about, subject)
        check_listed(about, what)
        made, log, alike = list[ListedItem](), IssueLog(), Counter[str]()
        answered = feed_answers.rejections(unit.connection, subject) if what == "rejected" else ()
        for row in _read(installation, stream, named):
            if isinstance(row, Issue):
                log.add(row)
                continue
            # Equal rows are different items: which of them this is counts.
            like = f"{row.day}/{row.reference}/{row.amount}"
            alike[like] += 1
            try:
                check_answered(answered, row)
                made.append(ListedItem(
                    id=new_id(), about=about, subject=subject, what=what, key=f"{like}/{alike[like]}", day=row.day,
                    reference=row.reference, amount=row.amount, note=row.note, source=source,
                ))  # fmt: skip
            except ImsError as error:
                log.add(issue_of(error, row.place))
        if log.stopped:
            return Loaded(issues=tuple(log.kept))
        known = stored.keys_of(unit.connection, about, subject, what)
        fresh = [each for each in made if each.key not in known and not is_answered(answered, each)]
        stored.add_items(unit, fresh)
        reconciliation.add_breaks(unit, [rejection_break(item) for item in fresh if item.what == "rejected"])
        unit.detail |= {"list": what, "subject": subject, "items": len(fresh)}
        unit.commit()
    return Loaded(added=len(fresh), seen=len(made) - len(fresh))


def _read(installation: Installation, stream: BinaryIO, named: str | None) -> Iterator[ListedRow | Issue]:
    """Yield the rows of a list, and every Issue about them or the file."""
    readers = [reader for reader in installation.readers if reader.yields is Yields.LIST]
    if named is None and len(readers) == 1:
        named = readers[0].name  # which says what is wrong with a header that it does not know
    try:
        reader = choose(readers, stream, named)
    except Refused as refused:
        yield refused.issue
        return
    found = events(reader, stream, installation.options[reader.name])
    yield from (event for event in found if isinstance(event, ListedRow | Issue))


def rejection_break(item: ListedItem) -> Break:
    """Return the Break of an item that a back office did not take."""
    because = f" ({item.note})" if item.note else ""
    message = (
        f"The back office did not take {item.amount.shown()} of {item.day:%d %B %Y} for {item.reference}{because}. Send it "
        "again, transfer it, or put it into suspense; then `ims stated end` says which."
    )
    return Break(
        id=new_id(), kind=BreakKind.REJECTED_LINE, subject_kind=LISTED_ITEM, subject=item.id, since_on=item.day,
        message=message,
    )  # fmt: skip
