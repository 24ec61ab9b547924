"""Whose data is meant: a person as they were named, made ready to be looked for by somebody who may see every fund."""

from __future__ import annotations

from attrs import evolve
from sqlalchemy import Connection

from localgov_ims.domain.people import Rights
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.retention import Subject
from localgov_ims.errors import InvalidValue, NotPermitted
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.restricting import permit_accounts


def ready(installation: Installation, connection: Connection, rights: Rights, subject: Subject) -> Subject:
    """Return whom to look for, each account in the form in which it is kept.

    Raises:
        NotPermitted: Whoever asks may not see every fund (what is held of a person does not stop at one), or an
            account is restricted.
        InvalidValue: A fund is unknown.
    """
    if rights.funds is not None:
        message = (
            f"{rights.user.name} does not see every fund, and what is held of a person may be in any. Ask somebody who "
            "has fund.all."
        )
        raise NotPermitted("every_fund_needed", message, user=rights.user.name)
    accounts = [
        (fund, kept_as(installation.council, fund, reference)) for fund, reference in subject.accounts
    ]
    permit_accounts(installation, connection, rights, accounts)
    return evolve(subject, accounts=accounts)


def kept_as(council: Council, fund: str, reference: str) -> str:
    """Return an account reference in the form in which its fund keeps it.

    Raises:
        InvalidValue: There is no such fund.
    """
    if fund not in council.funds:
        message = f"There is no fund '{quoted(fund)}'; there are: {', '.join(sorted(council.funds))}."
        raise InvalidValue("unknown_fund", message, value=fund)
    form = council.references.format_of(fund)
    try:
        return form.parse(reference).text if form is not None else reference.strip()
    except InvalidValue:
        return reference.strip()  # kept since before the fund had its format
