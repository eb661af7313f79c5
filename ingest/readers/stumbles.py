"""What goes wrong while a file is read → the refusal of that file, with its reason.

A library that stumbles met a damaged file; code of ours that stumbles is a fault of ours, and is said to be one.
"""

from __future__ import annotations

import csv
import struct
import traceback
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from ingest.errors import Refused, SangamError, our_fault
from ingest.readers.again import ReadAgain

# What libraries raise for damaged bytes; by the names of their modules for those that are loaded only when needed.
_OF_DAMAGE = (
    OSError, EOFError, UnicodeError, zlib.error, struct.error, csv.Error, zipfile.BadZipFile,
    zipfile.LargeZipFile, NotImplementedError, pa.ArrowException,
)  # fmt: skip
_LIBRARIES = ("python_calamine", "pyo3_runtime", "lxml", "selectolax")
_SAID = 300


@contextmanager
def refusals(name: str) -> Iterator[None]:
    """Whatever stumbles within becomes Refused for the file called `name`; what is for a person stays as it is."""
    try:
        yield
    except (SangamError, ReadAgain):
        raise
    except Exception as error:
        raise refusal_of(error, name) from error
    except BaseException as error:
        # A panic of a library in Rust is no Exception.
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise refusal_of(error, name) from error


def refusal_of(error: BaseException, name: str) -> Refused:
    """The refusal of the file called `name` for what was raised while it was read."""
    if isinstance(error, MemoryError):
        return Refused(
            "unreadable_file",
            f"{name}: reading it takes more memory than a file of its size may take. Save only the table that is "
            "wanted, without formats and formulas, or send it as CSV.",
        )
    if isinstance(error, RecursionError):
        return Refused(
            "unreadable_file", f"{name}: it is nested too deep to be a table. Save it anew as CSV."
        )
    if isinstance(error, _OF_DAMAGE) or type(error).__module__.startswith(_LIBRARIES) or not _is_ours(error):
        said = " ".join(str(error).split())[:_SAID] or type(error).__name__
        return Refused(
            "unreadable_file",
            f"{name}: the file is damaged or cut short ({said}). Save it anew and send that.",
        )
    return our_fault(error, name)


def _is_ours(error: BaseException) -> bool:
    """Whether the innermost frame is the project's, and not a library's that was handed bytes."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return bool(frames) and frames[-1][0].f_globals.get("__name__", "").startswith("ingest.")
