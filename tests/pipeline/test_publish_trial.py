"""A small trial of publishing: killed, S3 killed, no space for files, and each time one whole release in the end.

`make publish-trial` is the large one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.trial.attempts import Trial, trial

SEED = 11


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with trial(tmp_path_factory.mktemp("trial"), SEED) as made:
        yield made


@pytest.mark.parametrize(
    "way",
    [Trial.kill_publisher, Trial.kill_publisher, Trial.kill_server, Trial.no_space_for_files],
    ids=lambda way: way.__name__,
)
def test_the_next_run_finishes_what_was_broken_off(tried: Trial, way: Callable[[Trial], list[str]]) -> None:
    assert way(tried) == [], tried.moments
