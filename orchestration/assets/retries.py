"""Steps that are taken again: those that failed for what can pass. Bad data does not pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration import tags
from orchestration.s3.patience import UnreachableError

MOST, FIRST_WAIT = 3, 60


@contextmanager
def retried(context: dg.AssetExecutionContext | dg.OpExecutionContext) -> Iterator[None]:
    """Take the step again a minute later, then two, then four, where S3 stayed away.

    Whoever runs the command line is told at once, and runs it again.
    """
    try:
        yield
    except UnreachableError as error:
        if tags.BY in context.run.tags:
            raise
        wait = FIRST_WAIT * 2**context.retry_number
        raise dg.RetryRequested(max_retries=MOST, seconds_to_wait=wait) from error
