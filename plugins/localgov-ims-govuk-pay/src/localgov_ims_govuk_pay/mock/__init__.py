"""A stateful mock of GOV.UK Pay: in process or on a port, every answer checked against the published contract.

GOV.UK Pay asks services not to aim automated tests at its sandbox; this is what to aim them at.
"""

from __future__ import annotations

from localgov_ims_govuk_pay.mock.application import MockGovukPay
from localgov_ims_govuk_pay.mock.client import MockClient

__all__ = ["MockClient", "MockGovukPay"]
