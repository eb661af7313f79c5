"""What to do when S3 fails: wait and try again where it can pass, else say what is wrong and what to do.

botocore tries a request again some times within seconds; this waits out what takes longer, such as a server that is
started anew. Knows nothing of buckets or releases.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Iterator
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar

from ingest.errors import SangamError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")


class UnreachableError(SangamError):
    """S3 stayed away for as long as was waited: what was asked for may be had later."""


VARIABLE = "SANGAM_S3_PATIENCE"
# Seconds to wait for S3 in all. The embedded server is ours: where it has gone, nobody but the next command starts it.
PATIENCE, PATIENCE_EMBEDDED = 60.0, 4.0
LONGEST_WAIT = 15.0
# Answers about the object or bucket itself, which whoever asks knows how to take.
ABOUT_OBJECTS = (404, 409, 412)
PASSING_STATUS = (429, 500, 502, 503, 504)
PASSING_CODES = frozenset(
    [
        "ConditionalRequestConflict", "InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable",
        "SlowDown", "Throttling",
    ]
)  # fmt: skip
UNKNOWN_KEYS = frozenset(["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"])


def is_embedded() -> bool:
    """Tell whether releases go to the embedded server: unless SANGAM_S3=aws or an AWS endpoint is named."""
    named = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return os.environ.get("SANGAM_S3", "aws" if named else "embedded") != "aws"


def patiently(client: S3Client, where: str, call: Callable[[], T]) -> T:
    """What `call` returns, tried again with longer and longer waits while S3 fails in a way that can pass.

    `where` is the object or bucket, for people. Raises UnreachableError where S3 stays away, SangamError where it
    refuses for good, and the ClientError itself where it answers about the object (404, 409, 412).
    """
    # For start-up: botocore takes a quarter of a second, which commands that do not reach S3 need not pay.
    from botocore.exceptions import BotoCoreError, ClientError

    waits = _waits(_patience())
    while True:
        try:
            return call()
        except (BotoCoreError, ClientError) as error:
            if not _can_pass(error):
                if isinstance(error, ClientError) and status(error) in ABOUT_OBJECTS:
                    raise
                raise SangamError(_refused(client, where, error)) from error
            wait = next(waits, None)
            if wait is None:
                raise UnreachableError(_stays_away(client, where, error)) from error
            sleep(wait)


def status(error: Any) -> int:
    """The HTTP status of a ClientError, 0 where it has none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def code(error: Any) -> str:
    """S3's own word for a ClientError, such as `NoSuchKey`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _can_pass(error: Exception) -> bool:
    # For start-up, as in `patiently`.
    from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError, SSLError
    from botocore.exceptions import ConnectionError as NoConnectionError

    if isinstance(error, ClientError):
        return status(error) in PASSING_STATUS or code(error) in PASSING_CODES
    if isinstance(error, SSLError):  # a certificate that is not trusted is not trusted in a minute
        return False
    return isinstance(error, NoConnectionError | HTTPClientError | IncompleteReadError)


def _patience() -> float:
    given = os.environ.get(VARIABLE, "")
    try:
        return float(given or (PATIENCE_EMBEDDED if is_embedded() else PATIENCE))
    except ValueError:
        raise SangamError(f"{VARIABLE} is '{given}': it has to be a number of seconds, such as 60.") from None


def _waits(patience: float) -> Iterator[float]:
    """Waits of half a second, one, two … up to the longest, in all about `patience`; each a little random, so that
    commands that failed together do not come back together.
    """
    waited = 0.0
    for number in itertools.count():
        wait = min(0.5 * 2**number, LONGEST_WAIT) * random.uniform(0.75, 1.25)
        if waited >= patience:
            return
        waited += wait
        yield min(wait, patience)


def _stays_away(client: S3Client, where: str, error: Exception) -> str:
    return (
        f"S3 at {client.meta.endpoint_url} does not answer as it should for {where}, after {_patience():.0f} seconds "
        f"of trying again: {_one_line(error)}. What is there already stays as it is, and is finished by the same "
        f"command once S3 answers. {VARIABLE} says how many seconds to try."
    )


def _refused(client: S3Client, where: str, error: Exception) -> str:
    # For start-up, as in `patiently`.
    from botocore.exceptions import ClientError, NoCredentialsError, PartialCredentialsError

    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return (
            f"There are no keys for S3 at {client.meta.endpoint_url}. Set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
        )
    if not isinstance(error, ClientError):
        return f"S3 at {client.meta.endpoint_url} fails for {where}: {_one_line(error)}."
    if code(error) in UNKNOWN_KEYS:
        return (
            f"S3 at {client.meta.endpoint_url} does not know these keys ({code(error)}): they were rotated, or are "
            "another server's. Ask whoever handed them over for the present ones."
        )
    if code(error) == "RequestTimeTooSkewed":
        return f"S3 refuses {where}: this machine's clock is wrong ({_one_line(error)}). Set it right and run again."
    if status(error) == 403:
        return (
            f"These keys may not do that with {where} ({_operation(error)}). A donor's keys open its own bucket only, "
            "for reading; a partner's its own folder of the landing, for putting."
        )
    return f"S3 refuses {where}: {_one_line(error)}. Nothing was changed; mend what it says and run again."


def _operation(error: Any) -> str:
    return str(getattr(error, "operation_name", "") or "AccessDenied")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
