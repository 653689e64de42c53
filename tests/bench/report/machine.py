"""The machine, as far as it decides over figures."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from pathlib import Path
from typing import Any


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _cpu_info(key: str) -> str:
    for line in _first_line("/proc/cpuinfo").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""


def _detected(what: str) -> str:
    try:
        kind = subprocess.run(["systemd-detect-virt", what], capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""
    return "" if kind == "none" else kind


def _virtual() -> str:
    container = _detected("--container")
    machine = _detected("--vm")
    if machine or "hypervisor" in _cpu_info("flags").split():
        said = f"virtual machine ({machine})" if machine else "virtual machine"
    else:
        said = "no virtual machine"
    return f"{said}, in a container" if container else said


def _fifo_granted() -> bool:
    """Tried in a process of its own."""
    pid = os.fork()
    if pid == 0:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(80))
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def describe() -> dict[str, Any]:
    """Taken before a run: the load is what others did."""
    governor = _first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return {
        "cpu": _cpu_info("model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": f"{platform.system()} {platform.release()}",
        "governor": governor or "none (no frequency scaling seen)",
        "idle": _first_line("/sys/devices/system/cpu/cpuidle/current_driver") or "none",
        "virtual": _virtual(),
        "fifo_granted": _fifo_granted(),
        "load_before": round(os.getloadavg()[0], 2),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    }


def sentences(machine: dict[str, Any], seconds: float) -> list[str]:
    """For the results file."""
    said = [
        f"- {machine['cpu']}, {machine['cores']} cores, {machine['virtual']}; {machine['kernel']}; governor "
        f"{machine['governor']}, idle driver {machine['idle']}; SCHED_FIFO "
        f"{'granted' if machine['fifo_granted'] else 'not granted'}",
        f"- {machine['date']}, {seconds / 60:.1f} min; load average before: {machine['load_before']}",
    ]
    if machine["load_before"] > 0.3:
        said.append(
            "- **The machine was at work for others meanwhile**: the ratios are disturbed, the tails most of all"
        )
    if seconds < 600:
        said.append("- **A short run**: what it says of p99.9 rests on a few calls")
    return said
