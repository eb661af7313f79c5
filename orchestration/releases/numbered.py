"""Files that are written once, numbered in the order they were written, and never changed: sign-offs and notes."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def record(folder: Path, words: Mapping[str, Any]) -> None:
    """Write the next numbered file, whole or not at all, and never over another one."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".part") as half:
        json.dump(words, half, indent=2, ensure_ascii=False)
        half.flush()
        os.fsync(half.fileno())
        Path(half.name).chmod(0o444)
        number = len(list(folder.glob("[0-9]*.json"))) + 1
        while True:
            try:
                (folder / f"{number:04d}.json").hardlink_to(half.name)
                return
            except FileExistsError:
                number += 1


def records(folder: Path) -> list[dict[str, Any]]:
    """What stands in the files of a folder, in the order they were written; none where there is no folder."""
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("[0-9]*.json"))]
