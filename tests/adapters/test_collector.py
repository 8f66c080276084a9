"""The collector is paused while anybody reads much, and goes on when the last one is done."""

import gc
from threading import Barrier, Thread

import pytest

from adapters.collector import collector_paused


def test_it_goes_on_after_the_last_of_several_pauses() -> None:
    with collector_paused():
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(LookupError), collector_paused():
        raise LookupError
    assert gc.isenabled()


def test_threads_that_pause_at_once_do_not_end_each_other_s_pause() -> None:
    both, first_done, looked = Barrier(2), Barrier(2), list[bool]()

    def first() -> None:
        with collector_paused():
            both.wait()
        first_done.wait()

    thread = Thread(target=first)
    thread.start()
    with collector_paused():
        both.wait()
        first_done.wait()
        looked.append(gc.isenabled())
    thread.join()
    assert looked == [False]
    assert gc.isenabled()
