"""Every operation on files that came, with the permission that it needs: rows of the permissions table."""

from __future__ import annotations

import io
from collections.abc import Callable

from localgov_ims.domain.permissions import Permission
from localgov_ims.service.files.deciding import decide_file
from localgov_ims.service.files.dry_runs import dry_run
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.files.reversing import reverse_file
from localgov_ims.service.files.views import list_files, show_file
from localgov_ims.service.income.remittances import read_remittance
from localgov_ims.service.installation import Installation
from localgov_ims.service.rules.usage import rule_usage
from localgov_ims.service.suspense.reapplying import placeable, reapply

NOWHERE = "0" * 64


def _incoming() -> Incoming:
    # Of no type: whose files somebody may send is asked besides, and tested with the files.
    return Incoming(name="x.csv", stream=io.BytesIO(b"nothing of ours"))


Row = tuple[str, tuple[Permission, ...], Callable[[Installation], object]]
P = Permission
OPERATIONS: list[Row] = [
    ("dry_run", (P.IMPORT_SEND,), lambda i: dry_run(i, _incoming())),
    ("list_files", (P.IMPORT_VIEW,), list_files),
    ("show_file", (P.IMPORT_VIEW,), lambda i: show_file(i, NOWHERE)),
    ("decide_file", (P.IMPORT_DECIDE,), lambda i: decide_file(i, NOWHERE, accept=True, reason="x")),
    ("reverse_file", (P.IMPORT_REVERSE,), lambda i: reverse_file(i, NOWHERE, reason="x")),
    ("placeable", (P.SUSPENSE_CLEAR,), placeable),
    ("rule_usage", (P.RULE_VIEW,), rule_usage),
    ("reapply", (P.SUSPENSE_CLEAR,), reapply),
    ("read_remittance", (P.SUSPENSE_CLEAR,), lambda i: read_remittance(i, _incoming())),
]
