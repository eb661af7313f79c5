"""What can go wrong with a delivery, as messages to a person.

Nothing here knows a format or a contract; readers and judging raise these.
"""

REFUSAL_CODES = (
    "unreadable_file", "wrong_format", "empty_file", "missing_table", "missing_column", "changed_file",
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
