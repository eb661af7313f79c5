"""The command `sangam` as a person starts it, in this process: a window of any width, or a pipe."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from orchestration.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that was printed, with single blanks and no escape codes."""
        return " ".join(without_colours(self.out + " " + self.err).split())

    def has(self, datum: str) -> bool:
        """Whether a datum is there whole, however its lines are broken."""
        return bare(datum) in bare(self.out + self.err)


def sangam(*words: str, width: int | None = None) -> Said:
    """Run a command in a window of that many columns, or in a pipe."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr("sys.argv", ["sangam", *words])
        open_window(patch, width)
        with pytest.raises(SystemExit) as ended:
            main()
    return Said(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def open_window(patch: pytest.MonkeyPatch, width: int | None) -> None:
    """A terminal of that many columns, or a pipe, whatever the tests themselves were started in."""
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "COLUMNS", "LINES"):
        patch.delenv(name, raising=False)
    patch.setenv("TERM", "xterm-256color")  # the terminal library takes a dumb one for 80 columns wide
    if width:
        patch.setenv("FORCE_COLOR", "1")
        patch.setenv("COLUMNS", str(width))


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def bare(text: str) -> str:
    """Text without blanks, box characters and escape codes."""
    return re.sub(r"[\s\u2500-\u257f]", "", without_colours(text))


Command = Callable[..., Said]
