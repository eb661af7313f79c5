"""The console people read. In a log or a pipe there is no window to fit into, so tables may be wider."""

from __future__ import annotations

from rich.console import Console

console = Console(highlight=False, soft_wrap=True)
if not console.is_terminal:
    console.width = 140
