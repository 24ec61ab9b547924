"""What only reports during the day have (MT942): no balances, but totals that they declare."""

from __future__ import annotations

from localgov_ims.domain.issues import Issue
from localgov_ims.files.limits import Refused
from localgov_ims.files.text import has_pence
from localgov_ims_mt940 import printed
from localgov_ims_mt940.faults import missing
from localgov_ims_mt940.fields import Field
from localgov_ims_mt940.heads import Head
from localgov_ims_mt940.options import Mt940Options
from localgov_ims_mt940.statement import Statement


def open_report(head: Head, field: Field, options: Mt940Options) -> Statement:
    """Begin a report; its currency is that of its floor limit.

    Raises:
        Refused: It names no currency that can be read.
    """
    if not head.currency:
        raise Refused(missing(field, "34F"))
    if not has_pence(head.currency):
        message = "A currency is a code of three capitals whose amounts have two decimals, such as GBP."
        raise Refused(
            Issue(code="bad-field", place=head.place, field="34F", value=head.currency, message=message)
        )
    return Statement(
        account=head.account, number=head.number, page=head.page, currency=head.currency, place=head.place,
        options=options, moment=head.moment or head.reference,
    )  # fmt: skip


def declare(statement: Statement, field: Field) -> Issue | None:
    """Keep the number and sum that field 90C or 90D declares, or say what is wrong with it."""
    found = printed.total(field.text)
    pence = None if found is None else printed.pence(found[2])
    code, message = "", ""
    if found is None:
        code = "bad-field"
        message = "A declared total is a number of entries, a currency and a sum, such as 3GBP120,50."
    elif pence is None:
        code = "bad-amount"
        message = (
            "A sum is digits and a decimal comma, with two decimals at most and no sign, such as 120,50."
        )
    elif found[1] != statement.currency:
        code = "currency-mismatch"
        message = f"A total in {found[1]} is declared in a report in {statement.currency}. Ask the bank which it is."
    else:
        names = ("credit_count", "credits") if field.tag == "90C" else ("debit_count", "debits")
        statement.declared_at = f"line {field.line}"
        statement.declared.update(zip(names, (found[0], pence), strict=True))
        return None
    statement.faulty = True
    return Issue(code=code, place=f"line {field.line}", field=field.tag, value=field.text, message=message)
