"""The sweep of disputes: what a payer's bank has taken back is reversed, once, and the original stays as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from localgov_ims.domain.observations import Said
from localgov_ims.domain.permissions import Permission
from localgov_ims.hooks.disputes import DisputeKeeper
from localgov_ims.hooks.providers import Capability
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking_providers import OF_ONE, opened_provider
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.payments.sweeping import Swept
from localgov_ims.service.people.permitting import permit_reading

LOST_WITHIN: Final = timedelta(days=120)
"""How long after its beginning a dispute is still looked for; card schemes decide sooner."""


def mop_up_disputes(installation: Installation) -> Swept:
    """Ask every provider that keeps disputes about those that are lost, and reverse what they take back.

    Asked again, it changes nothing. In `silent` stand the provider, and why it could not be told, or of which payment.

    Raises:
        NotPermitted: The user may not settle payments.
    """
    permit_reading(installation, Permission.PAYMENT_SETTLE)
    since = installation.clock() - LOST_WITHIN
    asked, taken_back, silent = 0, 0, []
    for name, chosen in installation.providers.items():
        if Capability.DISPUTES not in chosen.capabilities:
            continue
        try:
            with opened_provider(installation, name) as provider:
                for said in provider.lost_disputes(since) if isinstance(provider, DisputeKeeper) else ():
                    asked += 1
                    try:
                        finish_payment(installation, said)
                        taken_back += said.said is Said.TAKEN_BACK
                    except OF_ONE as error:
                        silent.append((name, error.message))
        except OF_ONE as error:
            silent.append((name, error.message))
    return Swept(asked=asked, moved=taken_back, silent=tuple(silent))
