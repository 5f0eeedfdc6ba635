"""A snapshot against the plain way, ssh tar | gzip -1, of the same host."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

from bench.hosts import Place, migrator, timed
from lab import state

LEFT_OUT = ("./proc", "./sys", "./dev", "./run", "./tmp", "./boot", "./usr/lib/modules")


def measure(place: Place, rounds: int) -> None:
    """The ways alternate, so that both meet the same caches and the same noise; the best of each.
    Only our first run sends everything."""
    for stage in ("discover", "assess", "plan"):
        migrator(stage, place)
    archive = place.path / "plain.tar.gz"
    plain: list[float] = []
    ours: list[float] = []
    for _ in range(rounds):
        plain.append(timed(lambda: tar(place.host.address, archive)))
        ours.append(timed(lambda: migrator("snapshot", place, "--refresh")))
    store = (place.path / "work/store").rglob("*")
    size = sum(path.stat().st_size for path in store if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"ssh tar | gzip -1   {min(plain):6.1f} s   {archive.stat().st_size:,} bytes")
    print(f"migrator snapshot   {ours[0]:6.1f} s   {size:,} bytes, ledger and digests included")
    print(f"ratio               {ours[0] / min(plain):6.2f}   (below 1 is quicker than tar)")
    if rounds > 1:
        print(f"the same again      {min(ours[1:]):6.1f} s   ({min(ours[1:]) / min(plain):.2f})")
    print(f"peak memory of the largest process on the controller: {peak / 1024:.0f} MB")


def tar(address: str, archive: Path) -> None:
    known, key = f"UserKnownHostsFile={state.KNOWN_HOSTS}", str(state.KEY)
    left_out = " ".join(f"--exclude='{path}/*'" for path in LEFT_OUT)
    remote = f"tar -C / --xattrs --acls --numeric-owner {left_out} -cf - ."
    ssh = ["ssh", "-o", known, "-i", key, f"root@{address}", remote]
    with archive.open("wb") as output, subprocess.Popen(ssh, stdout=subprocess.PIPE) as source:
        subprocess.run(["gzip", "-1"], stdin=source.stdout, stdout=output, check=True)
