"""Faults that tests ask for: limits, failures and silences, before the work is done or after it."""

from __future__ import annotations

import enum

from attrs import define, field

from localgov_ims_govuk_pay.mock.messages import Answer, answer


class Fault(enum.Enum):
    """What goes wrong. `HANG_BEFORE` does nothing and never answers; `HANG_AFTER` does the work and never answers."""

    LIMITED = "429"
    FAILED = "500"
    UNAVAILABLE = "503"
    HANG_BEFORE = "hang_before"
    HANG_AFTER = "hang_after"
    CUT_BODY = "cut_body"
    NOT_JSON = "not_json"

    @property
    def works(self) -> bool:
        """Whether the work is done all the same."""
        return self in {Fault.HANG_AFTER, Fault.CUT_BODY, Fault.NOT_JSON}

    def spoilt(self, good: Answer | None) -> Answer:
        """Return what is answered, or not, instead of a good answer."""
        content = good.content if good is not None else b""
        match self:
            case Fault.LIMITED:
                return answer(429, {"code": "P0900", "description": "Too many requests"})
            case Fault.FAILED:
                return answer(500, {"code": "P0198", "description": "Downstream system error"})
            case Fault.UNAVAILABLE:
                return Answer(status=503, content=b"<html>Unavailable</html>", media_type="text/html")
            case Fault.CUT_BODY:
                return Answer(status=good.status if good is not None else 200, content=content, cut=True)
            case Fault.NOT_JSON:
                return Answer(status=200, content=b"<html>proxy</html>", media_type="text/html")
            case _:
                return Answer(status=200, silent=True)


@define
class Faults:
    """The faults that wait for their operation, in the order in which they were asked for."""

    waiting: list[tuple[str, Fault]] = field(factory=list)

    def add(self, operation: str, fault: Fault, times: int) -> None:
        """Let a fault happen to the next calls of an operation, such as `POST /v1/payments`."""
        self.waiting += [(operation, fault)] * times

    def next(self, operation: str) -> Fault | None:
        """Return the fault that happens to this call, and forget it."""
        for place, (wanted, fault) in enumerate(self.waiting):
            if wanted == operation:
                del self.waiting[place]
                return fault
        return None
