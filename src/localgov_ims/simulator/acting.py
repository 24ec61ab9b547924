"""An officer's morning with Direct Debits: rejecting, challenging, withdrawing, and taking advices."""

from __future__ import annotations

from localgov_ims.domain.unpaids import UnpaidState
from localgov_ims.service.direct_debits.advices import list_advices, take_advices
from localgov_ims.service.direct_debits.rejecting import reject_rows
from localgov_ims.service.direct_debits.unpaids import list_unpaids, say_of_unpaids
from localgov_ims.service.installation import Installation
from localgov_ims.simulator.direct_debits import Act


def act_on(installation: Installation, act: Act) -> None:
    """Do what an officer does about Direct Debits: see `Act`."""
    if act.verb == "reject":
        reject_rows(installation, act.file, act.references, reason="Input report: account closed")
    elif act.verb == "take":
        found = list_advices(installation)
        take_advices(installation, [each.id for each in found if each.advice.reference in act.references])
    else:
        state = {"challenge": UnpaidState.CHALLENGED, "withdraw": UnpaidState.WITHDRAWN}[act.verb]
        unpaids = [each.recorded for each in list_unpaids(installation)]
        named = [each.id for each in unpaids if each.unpaid.reference in act.references]
        say_of_unpaids(installation, named, state, reason="The payer signed the instruction")
