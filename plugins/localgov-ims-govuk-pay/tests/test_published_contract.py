"""schemathesis asks the mock whatever the contract allows, and a good deal that it does not."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from localgov_ims_govuk_pay.mock import MockGovukPay
from localgov_ims_govuk_pay.mock.application import KEY
from localgov_ims_govuk_pay.mock.overlay import contract

schema = schemathesis.openapi.from_dict(contract())
schema.app = MockGovukPay()


@schema.parametrize()
@settings(
    max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate), derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_the_mock_answers_as_the_contract_says(case):
    case.call_and_validate(
        headers={"Authorization": f"Bearer {KEY}"},
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
