"""The peers and this package side by side: ``python benchmarks/peers [--rows lines,heatmap] [--rounds 3]``.

Feeds this package, habemus-papadum-rfb and rendercanvas' http backend the same stored frames, one after the other and
round after round, so that what else the machine does hits all alike. Prints one Markdown table, line by line: the
median of the rounds, their range, and the ratio of this package to the best of the others. Linux, Python 3.12 or newer.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rows import Numbers, rows

from rendercanvas_rfb.errors import RfbError

MORE_IS_BETTER = {"fps", "slowest fps"}

BEGIN, END = "<!-- bench_peers begins -->", "<!-- bench_peers ends -->"
"""Markers of the table in a Markdown file."""


def main() -> int:
    """Measure, and print."""
    options = arguments()
    table = rows()
    wanted = options.rows.split(",") if options.rows else list(table)
    unknown = [name for name in wanted if name not in table]
    if unknown:
        print(f"there is no row {unknown[0]!r}; there are {', '.join(table)}", file=sys.stderr)
        return 2
    if options.write:
        around_table(options.write)  # Rather now than after the measurements.
    every = dict.fromkeys(system for name in wanted for system in table[name][1])
    systems = [system for system in every if not options.systems or system in options.systems.split(",")]
    table_so_far = [f"| what | {' | '.join(systems)} | ours / best other |", "| --- " * (len(systems) + 2) + "|"]
    print("\n".join(table_so_far), flush=True)
    started = time.monotonic()
    results: dict[str, dict[str, list[Numbers]]] = {}
    for number, name in enumerate(wanted, start=1):
        title, measured_systems, measure = table[name]
        results[title] = {system: [] for system in systems if system in measured_systems}
        for round_number in range(options.rounds):
            for system, numbers in results[title].items():
                minutes = (time.monotonic() - started) / 60
                progress = f"{minutes:.1f} min, row {number} of {len(wanted)}, round {round_number + 1}"
                print(f"{progress}: {title}: {system}", file=sys.stderr, flush=True)
                try:
                    numbers.append(measure(system, options.seconds))
                except (RuntimeError, OSError, ValueError, LookupError, ArithmeticError, RfbError) as error:
                    print(f"  failed: {error!r}", file=sys.stderr, flush=True)
        for line in table_lines(title, systems, results[title]):
            print(line, flush=True)
            table_so_far.append(line)
        if options.json:
            options.json.write_text(json.dumps(finite(results), indent=1))
        if options.write:
            write_table(options.write, [*table_so_far, machine(options)])
    print(machine(options))
    return 0


def write_table(path: Path, lines: Sequence[str]) -> None:
    """Put the table between the two markers of a Markdown file, in the place of the one that is there."""
    before, after = around_table(path)
    path.write_text("\n".join([before, *lines, after]), encoding="utf-8")


def around_table(path: Path) -> tuple[str, str]:
    """What comes before and after the table, with the markers."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{path} must have the markers {BEGIN} and {END}, each on a line of its own")
    return before + begin, end + after


def table_lines(title: str, systems: Sequence[str], measured: dict[str, list[Numbers]]) -> Iterator[str]:
    """A line for each number, with the ratio to the best of the others."""
    quantities = dict.fromkeys(key for rounds in measured.values() for numbers in rounds for key in numbers)
    for quantity in quantities:
        values = {
            system: [numbers[quantity] for numbers in measured.get(system, ()) if quantity in numbers]
            for system in systems
        }
        cells = [spread(values[system]) for system in systems]
        yield f"| {title}: {quantity} | {' | '.join(cells)} | {ratio(quantity, values)} |"


def finite(value: Any) -> Any:
    """The same with null for what is infinite, which JSON does not have."""
    if isinstance(value, dict):
        return {key: finite(member) for key, member in value.items()}
    if isinstance(value, list):
        return [finite(member) for member in value]
    return None if isinstance(value, float) and math.isinf(value) else value


def spread(values: Sequence[float]) -> str:
    """Median and range."""
    if not values:
        return "–"
    middle = f"{np.median(values):.3g}"
    low, high = f"{min(values):.3g}", f"{max(values):.3g}"
    return middle if low == high else f"{middle} ({low} to {high})"


def ratio(quantity: str, values: dict[str, list[float]]) -> str:
    """Of the medians."""
    others = [float(np.median(some)) for system, some in values.items() if system != "ours" and some]
    if not values.get("ours") or not others or "dB" in quantity or "%" in quantity:
        return ""
    best = (max if quantity in MORE_IS_BETTER else min)(others)
    return f"{np.median(values['ours']) / best:.2f}" if best else ""


def machine(options: argparse.Namespace) -> str:
    """What it was measured with."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return (
        f"\n{os.cpu_count()} × {model}, {platform.system()}, Python {platform.python_version()},"
        f" {options.rounds} rounds of {options.seconds:g} s; load before the end {os.getloadavg()[1]:.1f}"
    )


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", help=f"some of {', '.join(rows())}, with commas (default: all)")
    parser.add_argument("--systems", help="some of ours, pdum, pdum-adaptive, pdum-jpeg, http (default: all)")
    parser.add_argument("--rounds", type=int, default=2, help="(default: 2)")
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement (default: 3)")
    parser.add_argument("--write", type=Path, help="put the table between the markers of this Markdown file")
    parser.add_argument("--json", type=Path, help="write every single number to this file too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
