"""Import types: who sends which files, in which format, and what becomes of a row that is not as it should be."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date

from attrs import field, frozen

from localgov_ims.domain.policies import Treatment, check_policy
from localgov_ims.domain.texts import blank_is_none, text
from localgov_ims.errors import ConfigurationError


class ImportKind(enum.Enum):
    """What a file of the type is: receipts, the list of whom one credit pays, or account holders."""

    RECEIPTS = "receipts"
    REMITTANCE = "remittance"
    ACCOUNTS = "accounts"


class OnBadRow(enum.Enum):
    """What becomes of a row whose amount and day can be read, and something else cannot."""

    REFUSE_FILE = "refuse_file"
    QUARANTINE = "quarantine"


class OnUnplaced(enum.Enum):
    """What becomes of a row that no rule can place."""

    SUSPENSE = "suspense"
    REFUSE_FILE = "refuse_file"


class Negative(enum.Enum):
    """What becomes of an amount below zero: returned cheques and the like."""

    SUSPENSE = "suspense"
    ALLOW = "allow"
    REFUSE = "refuse"


class Zero(enum.Enum):
    """What becomes of a row without money."""

    SKIP = "skip"
    REFUSE = "refuse"


class TotalsNeeded(enum.Enum):
    """Which declared totals must be there; those that are there are proved in any case."""

    IF_GIVEN = "if_given"
    ROWS = "rows"
    AMOUNT = "amount"
    BOTH = "both"
    NONE = "none"

    @property
    def rows(self) -> bool:
        """Whether the number of rows must be declared."""
        return self in {TotalsNeeded.ROWS, TotalsNeeded.BOTH}

    @property
    def amount(self) -> bool:
        """Whether their sum must be declared."""
        return self in {TotalsNeeded.AMOUNT, TotalsNeeded.BOTH}


class SourceReferences(enum.Enum):
    """Whether a sender's reference may come again: always, or never more than once for the type."""

    PLAIN = "plain"
    UNIQUE = "unique"


class VatFrom(enum.Enum):
    """Whose VAT counts: ours, and a file's that differs is an Issue; ours, whatever the file says; the file's."""

    CHECK = "check"
    COMPUTE = "compute"
    TRUST = "trust"


class Pays(enum.Enum):
    """What the sender's bank credit is: what payers paid, or that less the sender's fees."""

    GROSS = "gross"
    NET = "net"


class RecordWhen(enum.Enum):
    """When rows become income: as the file is imported, or when the bank line that brings (or takes) their sum is matched."""

    NOW = "now"
    WHEN_MATCHED = "when_matched"


class HoldersMode(enum.Enum):
    """What a file of account holders is: changes only, or all there are of its funds."""

    UPSERT = "upsert"
    FULL = "full"


@frozen(kw_only=True)
class RowDefaults:
    """What fills a blank of a row before any rule is asked."""

    fund: str = ""
    mop: str = ""
    office: str = ""
    vat_code: str = ""
    narrative: str = ""


@frozen(kw_only=True)
class ImportType:
    """A kind of file that somebody sends.

    Attributes:
        format: The reader, or profile, of its files; none: whichever knows the file.
        source: The income source whose bank credits its files explain.
        senders: The users who may send it; none named: everybody who may import.
        starts_on, ends_on: The first and last day on which it may be sent.
        reversible: Whether its files can be taken back as a whole.
        date_window: Days before and after the day of receipt on which a row may have been taken; none: any.
        mode, funds, max_closures: Of account holders: what a file is, of which funds, and how many in a hundred may be
            closed by one file before a person is asked.
        policy: What becomes of a file for some faults of its own totals, by their codes; every other refuses it.

    Raises:
        ConfigurationError: It ends before it starts, its settings belong to another kind, or it relaxes what cannot be.
    """

    code: str = field(validator=text(20))
    name: str = field(validator=text(100))
    kind: ImportKind = ImportKind.RECEIPTS
    format: str | None = None
    description: str | None = field(default=None, converter=blank_is_none, validator=text(255))
    external_reference: str | None = field(default=None, converter=blank_is_none, validator=text(100))
    source: str | None = None
    enabled: bool = True
    starts_on: date | None = None
    ends_on: date | None = None
    senders: tuple[str, ...] = ()
    reversible: bool = True
    defaults: RowDefaults = field(factory=RowDefaults)
    on_bad_row: OnBadRow = OnBadRow.REFUSE_FILE
    on_unplaced: OnUnplaced = OnUnplaced.SUSPENSE
    negative: Negative = Negative.SUSPENSE
    zero: Zero = Zero.SKIP
    totals: TotalsNeeded = TotalsNeeded.IF_GIVEN
    source_reference: SourceReferences = SourceReferences.PLAIN
    vat: VatFrom = VatFrom.CHECK
    pays: Pays = Pays.GROSS
    record: RecordWhen = RecordWhen.NOW
    date_window: tuple[int, int] | None = (-400, 7)
    mode: HoldersMode = HoldersMode.UPSERT
    funds: tuple[str, ...] = ()
    max_closures: int = 10
    policy: Mapping[str, Treatment] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        check_policy(self.policy, f"[import_types.{self.code}] policy")
        window = self.date_window
        faults = {
            "it ends before it starts": self.starts_on is not None
            and self.ends_on is not None
            and self.ends_on < self.starts_on,
            "date_window must name two days, the earlier first": window is not None and window[0] > window[1],
            "max_closures is a percentage, 0 to 100": not 0 <= self.max_closures <= 100,  # noqa: PLR2004 - a percentage
            "record = 'when_matched' needs the source whose bank line is waited for": self.record
            is RecordWhen.WHEN_MATCHED
            and self.source is None,
            "mode = 'full' needs kind = 'accounts' and the funds that its files hold whole": self.mode
            is HoldersMode.FULL
            and (self.kind is not ImportKind.ACCOUNTS or not self.funds),
            "policy cannot hold a list of whom a credit pays: it is read while a person clears by it, and refused or taken": self.kind
            is ImportKind.REMITTANCE
            and Treatment.HOLD in self.policy.values(),
        }
        for fault, present in faults.items():
            if present:
                message = f"Import type {self.code!r}: {fault}."
                raise ConfigurationError("bad_import_type", message, import_type=self.code)

    def in_use(self, day: date) -> bool:
        """Tell whether files of the type are taken on *day*."""
        return (
            self.enabled
            and (self.starts_on is None or self.starts_on <= day)
            and (self.ends_on is None or day <= self.ends_on)
        )
