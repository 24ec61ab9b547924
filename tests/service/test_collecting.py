"""The garbage collector looks seldom while files are read, and as usual afterwards."""

from __future__ import annotations

import gc

import pytest

from localgov_ims.service.files.collecting import seldom_collected


def test_the_usual_threshold_comes_back_when_the_last_block_ends() -> None:
    usual = gc.get_threshold()
    first, second = seldom_collected(), seldom_collected()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold()[0] > 100 * usual[0]
    second.__exit__(None, None, None)
    assert gc.get_threshold() == usual


def test_an_error_leaves_the_collector_as_it_was() -> None:
    usual = gc.get_threshold()
    with pytest.raises(ValueError, match="x"), seldom_collected():
        raise ValueError("x")
    assert gc.get_threshold() == usual
