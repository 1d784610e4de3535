"""Uploads and downloads beside the reference server of tus and nginx: `make bench`, some minutes.

All on loopback and on one disk, the client beside them; they take turns, in another order in each round. Ours seals and
syncs what it takes, the others do neither. What is told is the median of the rounds, and the median of the ratios
within each round: the speed of a machine moves, ratios move less. Nothing is judged here. INTAKE_BENCH_ROUNDS (7) and
INTAKE_BENCH_MIB (1024) make it shorter.
"""

import os
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.benchmarks.upload_servers import (
    AT_ONCE,
    FRONT,
    NGINX,
    OURS,
    TUS,
    Server,
    behind_nginx,
    ours,
    plain_nginx,
    tus_peer,
)
from tests.benchmarks.waits import waits
from tests.benchmarks.wire import Wire
from tests.components.nginx import shipped_settings

MIB = 1024 * 1024
ROUNDS = int(os.environ.get("INTAKE_BENCH_ROUNDS", "7"))
SIZE = int(os.environ.get("INTAKE_BENCH_MIB", "1024")) * MIB
PATCH, SMALL_PATCH = 64 * MIB, 8 * MIB
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Seen:
    """One measurement: MiB a second, and CPU seconds of the server for a GiB."""

    rate: float
    cpu: float


def timed(server: Server, size: int, act: Callable[[], object]) -> Seen:
    """Do it, and see what it cost."""
    cpu, began = server.cpu_seconds(), perf_counter()
    act()
    seconds = perf_counter() - began
    return Seen(size / MIB / seconds, (server.cpu_seconds() - cpu) * 1024 * MIB / size)


def sent(server: Server, source: Path, size: int, piece: int, at_once: int = 1) -> Seen:
    """One file, or several at once that have the size together."""
    each = size // at_once

    def one(_: int) -> str:
        with Wire(server.port) as wire:
            return server.put(wire, source, each, piece)

    with ThreadPoolExecutor(at_once) as threads:
        seen = timed(server, size, lambda: list(threads.map(one, range(at_once))))
    server.forget()
    return seen


def fetched(server: Server, source: Path, size: int) -> Seen:
    """The same file taken out again, from a warm cache."""
    with Wire(server.port) as wire:
        address = server.put(wire, source, size, PATCH)

        def fetch() -> None:
            answer = server.get(wire, address)
            if (answer.status, answer.length) != (200, size):
                raise SystemExit(f"{server.name} did not give the file out: {answer.status}")

        fetch()
        seen = timed(server, size, fetch)
    server.forget()
    return seen


def compare(servers: dict[str, Server], measure: Callable[[Server], Seen]) -> Iterator[str]:
    """The rows of a table: each server, the median of the rounds, and the others' share of it within a round."""
    rounds: dict[str, list[Seen]] = {name: [] for name in servers}
    for number in range(ROUNDS):
        for name in random.sample(list(servers), len(servers)):
            rounds[name].append(measure(servers[name]))
        print(f"  round {number + 1}, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
    mine = rounds[OURS]
    for name, seen in rounds.items():
        rates = [each.rate for each in seen]
        ratio = median(me.rate / other.rate for me, other in zip(mine, seen, strict=True))
        middle = f"{median(rates):.0f} | {min(rates):.0f}–{max(rates):.0f} | {median(each.cpu for each in seen):.2f}"
        yield f"| {name} | {middle} | {'' if name == OURS else f'**{ratio:.2f}**'} |"


def tables(servers: dict[str, Server], source: Path) -> Iterator[str]:
    """Everything that is compared."""
    takers = {name: servers[name] for name in (OURS, FRONT, TUS, NGINX)}
    givers = {name: servers[name] for name in (OURS, FRONT, NGINX)}
    compared: dict[str, tuple[dict[str, Server], Callable[[Server], Seen]]] = {
        f"One upload of {SIZE // MIB} MiB, 64 MiB a request": (takers, lambda one: sent(one, source, SIZE, PATCH)),
        f"Four uploads at once, {SIZE // MIB} MiB together": (takers, lambda one: sent(one, source, SIZE, PATCH, 4)),
        f"One upload of {SIZE // 4 // MIB} MiB, 8 MiB a request": (
            takers, lambda one: sent(one, source, SIZE // 4, SMALL_PATCH)
        ),
        f"Downloads of {SIZE // 2 // MIB} MiB": (givers, lambda one: fetched(one, source, SIZE // 2)),
    }  # fmt: skip
    for title, (chosen, measure) in compared.items():
        yield from ("", f"| {title} | MiB/s | from–to | server, CPU s/GiB | ours to this |", "|---|---|---|---|---|")
        yield from compare(chosen, measure)


def memory(server: Server, source: Path) -> Iterator[str]:
    """The largest process of ours while it takes a small file, a large one, and many at once."""
    yield from ("", "| Memory of the serving process | MiB, at most |", "|---|---|")
    for what, size, at_once in (
        ("one upload of 2 MiB", 2 * MIB, 1),
        (f"one upload of {2 * SIZE // MIB} MiB", 2 * SIZE, 1),
        (f"{AT_ONCE} uploads at once", SIZE, AT_ONCE),
    ):
        server.forget_memory()
        sent(server, source, size, PATCH, at_once)
        yield f"| {what} | {server.memory_mib():.0f} |"


def main() -> None:
    """Start everything, and print the tables."""
    with TemporaryDirectory() as folder, TemporaryDirectory(dir=MEMORY) as fast, ExitStack() as running:
        place, source = Path(folder), Path(fast, "source")
        with source.open("wb") as file:
            for _ in range(2 * SIZE // MIB):
                file.write(random.randbytes(MIB))
        mine = running.enter_context(ours(place / "ours"))
        servers = {OURS: mine}
        servers[FRONT] = running.enter_context(behind_nginx(mine, place / "front", shipped_settings()))
        servers[TUS] = running.enter_context(tus_peer(place / "tus"))
        servers[NGINX] = running.enter_context(plain_nginx(place / "nginx"))
        for line in chain(memory(mine, source), tables(servers, source), waits(place)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
