"""What was found for a release, file by file; how it is found is in `verify`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Checked:
    """One file of a release, and what is wrong with it (None: nothing)."""

    name: str
    problem: str | None


@dataclass(frozen=True)
class Proof:
    """What was found for a release. `notes` are facts that explain a difference."""

    donor: str
    quarter: str
    release: str
    files: tuple[Checked, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return all(file.problem is None for file in self.files)
