"""What adapters are handed: answers with headers in lower case, and secrets that do not show themselves."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from attrs import frozen

from localgov_ims.errors import AdapterError, NoAnswer, NotSent, OutcomeUnknown, Unavailable
from localgov_ims.hooks import HttpResponse, Secret

VALUE = "correct horse battery"


@pytest.mark.parametrize(
    "show", [repr, str, ascii, "{}".format, "%s".__mod__], ids=lambda show: show.__name__
)
def test_a_secret_shows_itself_in_no_way(show):
    assert show(Secret(VALUE)) == "Secret(***)"
    assert Secret(VALUE).reveal() == VALUE


def test_a_secret_inside_a_record_is_not_shown():
    @frozen
    class Signed:
        key: Secret

    assert VALUE not in repr(Signed(Secret(VALUE)))
    assert VALUE not in repr([{"key": Secret(VALUE)}])


@pytest.mark.parametrize("write", [pickle.dumps, copy.deepcopy, json.dumps])
def test_a_secret_is_not_written(write):
    with pytest.raises(TypeError) as caught:
        write(Secret(VALUE))
    assert VALUE not in str(caught.value)


def test_an_answers_headers_are_found_in_lower_case():
    assert HttpResponse(status=200, headers={"Retry-After": "7"}).headers == {"retry-after": "7"}


def test_whether_a_request_may_be_sent_again_is_told_by_the_class():
    assert issubclass(NotSent, Unavailable)
    assert issubclass(NoAnswer, OutcomeUnknown)
    assert issubclass(Unavailable, AdapterError)
    assert not issubclass(NotSent, OutcomeUnknown)
