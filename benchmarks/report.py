"""The table of what was measured, and how times grow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from autogenerate import growth as growth_of_comparing
from bench import GRAPH_COMMANDS
from histories import SHAPES
from migrating import beyond_the_driver
from safety import cost_of_safety
from timing import Timing

Results = Mapping[str, Mapping[str, Timing]]
"""By the name of a row: by tool."""


def table(results: Results) -> str:
    """Return the results as a Markdown table."""
    lines = ["| command | whimbrel | alembic | ratio | memory |", "|---|---|---|---|---|"]
    for name, cell in results.items():
        ours, peer, floor = cell.get("whimbrel"), cell.get("alembic"), cell.get("driver")
        if ours is None:
            continue
        ratio = f"1/{peer.seconds / ours.seconds:.1f}" if peer else ""
        if floor:
            ratio += f" ({ours.seconds / floor.seconds:.2f} x floor of {floor.seconds:.3g} s)"
        memory = f"{ours.peak_mib:.0f} MiB" + (f" / {peer.peak_mib:.0f}" if peer else "")
        lines.append(
            f"| {name} | {ours.seconds:.3f} s | {f'{peer.seconds:.3f} s' if peer else ''} | {ratio} | {memory} |"
        )
    return "\n".join(
        [
            *lines,
            "",
            *growth(results),
            *beyond_the_driver(results),
            *growth_of_comparing(results),
            *cost_of_safety(results),
        ]
    )


def growth(results: Results) -> list[str]:
    """Return a line a command: how its time grows from 1,000 to the longest history, start-up subtracted."""
    lines = []
    floor = results.get("--version", {}).get("whimbrel")
    sizes = [int(name.split(", ")[-1].split()[0]) for name in results if name.endswith(tuple(SHAPES))]
    longest = max(sizes, default=1000)
    for name in [*list(GRAPH_COMMANDS), "upgrade, nothing to do", "current", "heads, cold"]:
        for shape in SHAPES:
            small = results.get(f"{name}, 1000 {shape}", {}).get("whimbrel")
            large = results.get(f"{name}, {longest} {shape}", {}).get("whimbrel")
            if floor is None or small is None or large is None or longest == 1000:
                continue
            base = min(floor.seconds, small.seconds * 0.95)
            exponent = math.log((large.seconds - base) / (small.seconds - base)) / math.log(longest / 1000)
            lines.append(f"- {name}, {shape}: grows with exponent {exponent:.2f} from 1,000 to {longest:,}")
    return lines


def write_results(report: str) -> None:
    """Put *report* between the marks in README.md."""
    page = Path(__file__).with_name("README.md")
    before, start, rest = page.read_text(encoding="utf-8").partition("<!-- results start -->\n")
    _, end, after = rest.partition("<!-- results end -->")
    page.write_text(f"{before}{start}\n{report}\n\n{end}{after}", encoding="utf-8")
