"""The pictures of README, made from a home after the demo: `python -m tests.pictures` (SANGAM_HOME, default .sangam).

    docs/explain.png         what `sangam explain` prints in a window of 100 columns
    docs/return_slip.png     a return slip, as LibreOffice shows it
    docs/donor_workbook.png  the front sheet of a release's workbook, as LibreOffice shows it
    docs/report_1440.png     a release's report on a screen, and
    docs/report_390.png      on a telephone, as Chromium shows it

Needs Chromium, LibreOffice and pdftoppm (Debian: chromium, libreoffice-calc, poppler-utils). No test: whoever changes
what is shown makes the pictures again and looks at them.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console

from ingest.errors import SangamError
from orchestration.cli import console as terminal
from orchestration.cli.show_explanation import show_explanation
from orchestration.settings import settings
from orchestration.warehouse.explain import explain
from tests.browser import chromium

DOCS = Path(__file__).resolve().parents[1] / "docs"
COLUMNS = 100
DPI = 120
MARGIN = 12  # pixels of white around what is on a page
COMMAND = "sangam explain eu_success EU-03 2021Q2 --rows 2"


def main() -> None:
    """Make all pictures anew."""
    home = settings().home
    with tempfile.TemporaryDirectory(prefix="sangam_pictures_") as folder:
        explained(Path(folder), DOCS / "explain.png")
        slip = (
            home
            / "return"
            / "jharkhand"
            / "shg_portal"
            / "2021Q2"
            / "shg_status_jharkhand_2021Q2_return.xlsx"
        )
        printed(slip, 1, 0.895, Path(folder), DOCS / "return_slip.png")
        release = home / "releases" / "eu_success" / "2021Q2" / "r001"
        printed(release / "indicators.xlsx", 1, 0.94, Path(folder), DOCS / "donor_workbook.png")
        for width, height in ((1440, 1560), (390, 1400)):
            shown(release / "report.html", width, height, DOCS / f"report_{width}.png")


def explained(folder: Path, out: Path) -> None:
    """The terminal's own output as SVG, and as Chromium shows it."""
    recording = Console(
        record=True, width=COLUMNS, force_terminal=True, file=io.StringIO(), highlight=False, emoji=False
    )
    terminal.console = recording
    recording.print(f"[bold]$[/] {COMMAND}")
    show_explanation(explain(settings(), "eu_success", "EU-03", "2021Q2", rows=2))
    recording.print()
    svg = recording.export_svg(title="sangam")
    # rich asks for its font on the network; a picture is made of what is here
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.S).replace("Fira Code", "DejaVu Sans Mono")
    width, height = map(float, re.findall(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', svg)[0])
    page = folder / "explain.html"
    page.write_text(f'<html><body style="margin:0">{svg}</body></html>', encoding="utf-8")
    shown(page, round(width), round(height) + 1, out)


def shown(page: Path, width: int, height: int, out: Path) -> None:
    """The upper part of a page as Chromium shows it in a window of that size."""
    if not page.exists():
        raise SangamError(f"There is no {page}. Run the demo first.")
    run(
        chromium.program() or "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        f"--window-size={width},{height}", f"--screenshot={out}", page.as_uri(),
    )  # fmt: skip


def printed(workbook: Path, page: int, share: float, folder: Path, out: Path) -> None:
    """The upper share of a workbook's page as LibreOffice prints it, cropped to what is on it."""
    if not workbook.exists():
        raise SangamError(f"There is no {workbook}. Run the demo first.")
    run("soffice", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook))
    words = ("pdftoppm", "-r", str(DPI), "-f", str(page), "-l", str(page), "-singlefile")
    pdf, picture = str(folder / f"{workbook.stem}.pdf"), str(folder / "page")
    run(*words, "-gray", pdf, picture)
    left, top, width, height = filled(folder / "page.pgm", share)
    crop = ("-x", left, "-y", top, "-W", width, "-H", height)
    run(*words, *map(str, crop), "-png", pdf, picture)
    shutil.copyfile(folder / "page.png", out)


def filled(picture: Path, share: float) -> tuple[int, int, int, int]:
    """Left, top, width and height of what is on the upper share of a page (a binary PGM)."""
    _, width, height, _ = picture.read_bytes().split(maxsplit=4)[:4]
    pixels = np.frombuffer(picture.read_bytes()[-int(width) * int(height) :], np.uint8)
    ink = pixels.reshape(int(height), int(width)) < 250
    rows, columns = (
        np.flatnonzero(ink[: int(int(height) * share)].any(axis=1)),
        np.flatnonzero(ink.any(axis=0)),
    )
    left, top = columns[0] - MARGIN, rows[0] - MARGIN
    return int(left), int(top), int(columns[-1] + MARGIN - left), int(rows[-1] + MARGIN - top)


def run(*words: str) -> None:
    """Run a program of the machine. Raises SangamError where it is missing or fails."""
    if not shutil.which(words[0]):
        raise SangamError(
            f"{words[0]} is not installed. Debian: apt-get install chromium libreoffice-calc poppler-utils."
        )
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SangamError(f"{words[0]} failed: {done.stderr.strip()[-500:]}")


if __name__ == "__main__":
    try:
        main()
    except SangamError as error:
        terminal.complain(error)
        sys.exit(2)
