"""The three camt messages that are read: what each is called, and what it is made of."""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

LATEST: Final = 13
"""The latest version that was looked at; a later one is read by the same names, with a notice."""

_NAMESPACE: Final = re.compile(r"camt\.05[0-9]\.001\.[0-9]{2}", re.ASCII)


@frozen(kw_only=True)
class Kind:
    """One of the messages.

    Attributes:
        name: Its name without the version, such as `camt.053`; what: what people call it.
        root: The element below `Document` (version 1 adds `V01`); part: the element of one account.
        balanced: Whether its balances open and close what stands in it, and whether each booked entry must say when.
    """

    name: str
    what: str
    root: str
    part: str
    balanced: bool = False

    @property
    def roots(self) -> tuple[str, str]:
        """The names that the element below `Document` may have."""
        return self.root, f"{self.root}V01"

    def version_in(self, namespaces: list[str]) -> str | None:
        """Return the message's name with its version, as its namespaces say it."""
        found = (match.group() for space in namespaces if (match := _NAMESPACE.search(space)))
        return next((name for name in found if name.startswith(self.name)), None)


REPORT: Final = Kind(name="camt.052", what="account report", root="BkToCstmrAcctRpt", part="Rpt")
STATEMENT: Final = Kind(name="camt.053", what="statement", root="BkToCstmrStmt", part="Stmt", balanced=True)
NOTIFICATION: Final = Kind(name="camt.054", what="notification", root="BkToCstmrDbtCdtNtfctn", part="Ntfctn")


def named_by(root: str) -> Kind | None:
    """Return the kind whose element *root* is."""
    return next((kind for kind in (REPORT, STATEMENT, NOTIFICATION) if root in kind.roots), None)


def later_than_known(version: str) -> bool:
    """Tell whether *version*, such as `camt.053.001.14`, is one that nobody has looked at."""
    _, dotted, number = version.partition(".001.")
    return bool(dotted) and int(number) > LATEST
