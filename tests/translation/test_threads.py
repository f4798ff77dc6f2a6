"""As many threads as OpenMP is allowed, or as the process has processors."""

import os

import pytest

from eulalia.translation.threads import threads


@pytest.mark.parametrize(("told", "wanted"), [("3", 3), ("2,1", 2), (" 4 ", 4)])
def test_what_openmp_is_told_holds(monkeypatch, told, wanted):
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert threads() == wanted


@pytest.mark.parametrize("told", ["", "0", "-1", "many", ","])
def test_what_says_no_number_leaves_all_processors_of_the_process(monkeypatch, told):
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert threads() == len(os.sched_getaffinity(0))
