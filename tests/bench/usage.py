"""What a process uses, and how busy a core is, as Linux counts it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU time that all threads of a process have used."""
    used_ns = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            used_ns += int((thread / "schedstat").read_text().split()[0])
        except FileNotFoundError:  # ended meanwhile
            continue
    return used_ns / 1e9


def resident_mb(pid: int) -> float:
    """Memory that a process holds, MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * _PAGE_BYTES / 1e6


def busy_seconds(core: int) -> float:
    """Time for which a core was busy since the machine started, time stolen from it included."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, ticks[:8])
            return (user + nice + system + irq + softirq + steal) * _TICK
    raise LookupError(f"no core {core}")


def load_average() -> str:
    """The machine's load over the last 1, 5 and 15 minutes."""
    return " ".join(Path("/proc/loadavg").read_text().split()[:3])


def machine() -> str:
    """Processor, cores, system."""
    name = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    system = os.uname()
    return f"{name}, {os.cpu_count()} cores, {system.sysname} {system.release.split('-')[0]}"
