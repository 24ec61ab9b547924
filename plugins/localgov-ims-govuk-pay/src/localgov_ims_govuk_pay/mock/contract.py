"""Holding every answer of the mock to the contract: what breaks it becomes a 599, which fails whoever's test it is."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator

from localgov_ims_govuk_pay.mock.messages import Answer, answer
from localgov_ims_govuk_pay.mock.overlay import contract

VIOLATION: Final = 599


def held_to_contract(path: str, method: str, given: Answer) -> Answer:
    """Return an answer if the contract knows it, else one that says how it breaks it."""
    faults = _faults(path, method.lower(), given)
    if not faults:
        return given
    return answer(
        VIOLATION, {"code": "MOCK", "description": f"{method} {path} {given.status}: {'; '.join(faults)}"}
    )


def _faults(path: str, method: str, given: Answer) -> list[str]:
    response = contract()["paths"][path][method]["responses"].get(str(given.status))
    if response is None:
        return ["the contract knows no such status"]
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return [] if not given.content or given.status >= 400 else ["an answer without content has some"]  # noqa: PLR2004
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in _validator(schema["$ref"]).iter_errors(json.loads(given.content))
    ]


@cache
def _validator(reference: str) -> Any:  # noqa: ANN401 - jsonschema gives no type for it
    return Draft202012Validator({"$ref": reference, "components": _nullable(contract()["components"])})


def _nullable(schema: Any) -> Any:  # noqa: ANN401 - a tree of JSON
    """Return a schema in which what OpenAPI 3.0 calls nullable may be null, as JSON Schema says that."""
    if isinstance(schema, list):
        return [_nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _nullable(value) for name, value in schema.items() if name != "nullable"}
    return {"anyOf": [inner, {"type": "null"}]} if schema.get("nullable") is True else inner
