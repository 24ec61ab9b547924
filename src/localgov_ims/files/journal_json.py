"""JOURNAL.json: a Journal as a file of its own, which a program can make and an exporter can render without a store.

The record's own names, as in `domain.journals`: `number ledger accounting_on period created_on lines replaces`, and of a
line `number account side amount role kind narrative reference taken_on source vat_code fund mop office merchant_account sources`. Amounts are
whole pence, days ISO, a source `kind:id`, a period `2026/02`; an account is `{"code": "5400", "dimensions": ["ENV1"]}`.
"""

from __future__ import annotations

import functools
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from localgov_ims.domain.journals import Journal, LedgerAccount, Source
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.errors import ImsError, InvalidValue

if TYPE_CHECKING:
    from cattrs import Converter


def journal_to_json(journal: Journal) -> str:
    """Return a journal as JSON, for `journal_from_json`."""
    return json.dumps(_converter().unstructure(journal), ensure_ascii=False, indent=1) + "\n"


def journal_from_json(text: str | bytes) -> Journal:
    """Read a journal; where no `period` stands it is that of the day.

    Raises:
        InvalidValue: It is no JSON, something in it is wrong, or it does not balance; every fault is named by its path.
    """
    import cattrs  # noqa: PLC0415 - only whoever reads one pays for it

    try:
        return _structured(json.loads(text))
    except (ValueError, TypeError) as error:
        raise InvalidValue("bad_journal", f"This is no journal: {error}.") from error
    except (cattrs.BaseValidationError, cattrs.ForbiddenExtraKeysError) as error:
        faults = cattrs.transform_error(error, path="journal", format_exception=_sentence)
        raise InvalidValue("bad_journal", "This is no journal:\n" + "\n".join(faults)) from error


def _structured(raw: object) -> Journal:
    if isinstance(raw, dict) and raw.get("period") is None and "accounting_on" in raw:
        raw["period"] = str(PeriodNumber.of(date.fromisoformat(raw["accounting_on"])))
    journal: Journal = _converter().structure(raw, Journal)
    return journal


@functools.cache
def _converter() -> Converter:
    from cattrs import Converter  # noqa: PLC0415 - as above

    made = Converter(forbid_extra_keys=True)
    for kind in (str, int):
        made.register_structure_hook(kind, _strict)
    made.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    made.register_unstructure_hook(date, date.isoformat)
    made.register_structure_hook(Money, lambda value, _: Money(_strict(value, int)))
    made.register_unstructure_hook(Money, lambda value: value.pence)
    made.register_structure_hook(Source, lambda value, _: Source.parse(_strict(value, str)))
    made.register_unstructure_hook(Source, str)
    made.register_structure_hook(PeriodNumber, lambda value, _: PeriodNumber.parse(_strict(value, str)))
    made.register_unstructure_hook(PeriodNumber, str)
    # an account without dimensions may be given by its code alone
    plain = made.get_structure_hook(LedgerAccount)
    made.register_structure_hook(
        LedgerAccount,
        lambda value, kind: LedgerAccount(value) if isinstance(value, str) else plain(value, kind),
    )
    return made


def _strict(value: object, kind: type) -> Any:  # noqa: ANN401 - a value of *kind*
    # cattrs would call str() on anything, and int() on 1.5; `type is` keeps True from being 1
    if type(value) is not kind:
        message = f"must be {kind.__name__}, not {value!r}"
        raise TypeError(message)
    return value


def _sentence(error: BaseException, _: type | None) -> str:
    if isinstance(error, ImsError):
        return error.message
    if isinstance(error, KeyError):
        return f"missing: {error.args[0]}"
    return str(error)
