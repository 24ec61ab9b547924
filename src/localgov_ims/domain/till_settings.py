"""What a council says of its tills: the methods by which they take money, and the accounts of pay-outs and floats."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from localgov_ims.domain.funds import Fund
from localgov_ims.domain.methods import Banking, MethodOfPayment
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.texts import text
from localgov_ims.errors import ConfigurationError


@frozen(kw_only=True)
class TillAccount:
    """An account of the council's own: its fund's code, and a reference of at most 30 characters where it needs one."""

    fund: str
    account_reference: str | None = field(default=None, validator=text(30))


@frozen(kw_only=True)
class TillSettings:
    """How tills work.

    Attributes:
        cash: Code of the method by which cash over or short, pay-outs and changes of the float are recorded.
        card: Code of the method of a card terminal at the counter; none where there is none.
        pay_outs: The account of what is paid out of tills; none: nothing may be.
        pay_out_limit: The most that may be paid out of one till, and by one cashier, in a day.
        floats: The account at which the council holds its floats; none: what stays in a till is always its float.
    """

    cash: str
    card: str | None = None
    pay_outs: TillAccount | None = None
    pay_out_limit: Money = NOTHING
    floats: TillAccount | None = None

    def check(self, methods: Mapping[str, MethodOfPayment], funds: Mapping[str, Fund]) -> None:
        """Refuse what contradicts the rest of the settings.

        Raises:
            ConfigurationError: A method or fund is not there, or is of another kind (`bad_tills`).
        """
        for name, code in (("cash", self.cash), ("card", self.card)):
            if code is not None and (code not in methods or methods[code].disabled):
                message = f"[tills] {name} names the method {code!r}, which is not there or disabled. There are: {', '.join(methods)}."
                raise ConfigurationError("unknown_name", message, name=code)
        if not methods[self.cash].cash:
            message = f"[tills] cash names the method {self.cash}, which has not cash = true."
            raise ConfigurationError("bad_tills", message, mop=self.cash)
        if self.card is not None and methods[self.card].banking is not Banking.SETTLEMENT:
            message = f"[tills] card names the method {self.card}, whose money does not come by settlement."
            raise ConfigurationError("bad_tills", message, mop=self.card)
        for name, account in (("pay_outs", self.pay_outs), ("floats", self.floats)):
            fund = funds.get(account.fund) if account is not None else None
            if account is not None and (fund is None or fund.disabled or fund.suspense):
                message = (
                    f"[tills] {name} names the fund {account.fund!r}, which is not there or takes no income."
                )
                raise ConfigurationError("bad_tills", message, fund=account.fund)
        if self.pay_out_limit < NOTHING:
            message = f"[tills] pay_out_limit must not be negative: {self.pay_out_limit.shown()}."
            raise ConfigurationError("bad_tills", message)
