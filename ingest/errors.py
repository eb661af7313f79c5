"""What can go wrong with a delivery, as messages to a person.

Nothing here knows a format or a contract; readers and judging raise these.
"""

from __future__ import annotations

import traceback

REFUSAL_CODES = (
    "unreadable_file", "wrong_format", "empty_file", "missing_table", "missing_column", "too_few_records",
    "changed_file", "stray_file", "our_fault",
)  # fmt: skip


class SangamError(Exception):
    """Something a person has to mend. The text says what, where, what was expected and what to do."""


class Refused(SangamError):  # noqa: N818 - a state of a file, not only an error
    """A delivered file that cannot be read as its contract says; the run goes on with the others.

    `code` is one of `REFUSAL_CODES`.
    """

    def __init__(self, code: str, message: str) -> None:
        if code not in REFUSAL_CODES:
            raise ValueError(f"'{code}' is no refusal code; use one of {', '.join(REFUSAL_CODES)}.")
        super().__init__(message)
        self.code = code


class OurFault(Refused):
    """A file over which code of ours stumbled: held back like a refused one, and nobody's fault but ours.

    `trace` is the traceback, for the log. What was raised may quote cells: the message does not have it.
    """

    def __init__(self, name: str, what: str, trace: str) -> None:
        super().__init__(
            "our_fault",
            f"{name}: sangam itself failed on this file ({what}). The file may be right: nothing has to be sent "
            "again. The traceback is in logs/faults.log of the home: report it, with the file. It is tried again in "
            "the next run.",
        )
        self.name, self.what, self.trace = name, what, trace


def our_fault(error: BaseException, name: str) -> OurFault:
    """The fault for what was raised over the file called `name`."""
    return OurFault(name, type(error).__name__, "".join(traceback.format_exception(error)))
