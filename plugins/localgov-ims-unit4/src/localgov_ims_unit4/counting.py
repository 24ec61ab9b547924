"""Counting an ABWTransaction from its bytes: no DOCTYPE, no tree, and what is not such a file is refused."""

from __future__ import annotations

from attrs import define, field

from localgov_ims.domain.ledger_files import ControlTotals
from localgov_ims.domain.money import Money
from localgov_ims.errors import InvalidValue
from localgov_ims.files.xml import new_parser


@define
class _Counted:
    agr: str
    agrlib: str
    entries: list[tuple[str, int]] = field(factory=list)
    path: list[str] = field(factory=list)
    texts: list[str] = field(factory=list)
    found: dict[str, str] = field(factory=dict)

    def start(self, name: str, _: object) -> None:
        if not self.path and name != f"{self.agr}ABWTransaction":
            raise _bad(f"its root is {name!r}")
        self.path.append(name)
        self.texts.clear()

    def end(self, name: str) -> None:
        self.path.pop()
        text = "".join(self.texts)
        self.texts.clear()
        if name in {
            f"{self.agrlib}Account",
            f"{self.agrlib}Amount",
            f"{self.agrlib}CurrAmount",
            f"{self.agr}DcFlag",
        }:
            self.found[name.rpartition(" ")[2]] = text
        elif name == f"{self.agr}Transaction":
            self.entries.append(self._entry())
            self.found.clear()

    def _entry(self) -> tuple[str, int]:
        missing = {"Account", "Amount", "CurrAmount", "DcFlag"} - set(self.found)
        if missing:
            raise _bad(f"a transaction has no {min(missing)}")
        pence = Money.parse(self.found["Amount"]).pence
        if self.found["CurrAmount"] != self.found["Amount"] or self.found["DcFlag"] != (
            "1" if pence > 0 else "-1"
        ):
            raise _bad("a transaction's Amount, CurrAmount and DcFlag do not agree")
        return self.found["Account"], pence


def counted(data: bytes, agr: str, agrlib: str) -> ControlTotals:
    """Count the transactions of a file; *agr* and *agrlib* are its namespaces, each ended by a space.

    Raises:
        InvalidValue: It is XML, but no such file.
        expat.ExpatError: It is no XML.
    """
    counting = _Counted(agr, agrlib)
    parser = new_parser(namespace_separator=" ")
    parser.StartElementHandler = counting.start
    parser.EndElementHandler = counting.end
    parser.CharacterDataHandler = counting.texts.append
    parser.Parse(data, True)  # noqa: FBT003 - expat takes no keyword
    return ControlTotals.of(counting.entries)


def _bad(why: str) -> InvalidValue:
    return InvalidValue("not_this_format", why)
