"""Layers of packages over several hosts: what is shared is stored once."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from migrator import fleet
from migrator.facts.packages import Package, Packages

BASE, ROLES, EXTRA, LEVELS = 240, 5, 60, 3  # packages of all hosts, roles, packages of a role


def simulated(seed: int, count: int = 20) -> list[dict[str, int]]:
    """Hosts of one distribution: the base, one of a few roles, at one of a few patch levels, each
    of which changed one package in twenty. Few packages are large, as on real hosts."""
    chance = random.Random(seed)
    names = range(BASE + ROLES * EXTRA)
    size = {n: int(chance.paretovariate(0.9) * 50_000) for n in names}
    changed = [{n for n in names if chance.random() < 0.05} for _ in range(LEVELS)]
    hosts = []
    for number in range(count):
        role = range(BASE + number % ROLES * EXTRA, BASE + (number % ROLES + 1) * EXTRA)
        level = chance.randrange(LEVELS + 1)
        version = {n: sum(n in step for step in changed[:level]) for n in names}
        hosts.append({f"p{n}:all={version[n]}": size[n] for n in (*range(BASE), *role)})
    return hosts


def stored(hosts: list[dict[str, int]], ahead: bool, limit: int = fleet.LIMIT) -> tuple[float, int]:
    """(bytes stored as part of separate images, most layers of one host), with all hosts known
    ``ahead`` or each only when its turn comes."""
    blobs: dict[str, int] = {}
    made: list[frozenset[str]] = []
    most = 0
    for number, mine in enumerate(hosts):
        known = hosts if ahead else hosts[:number]
        others = [frozenset(host) for host in known if host is not mine]
        layers = fleet.layout(mine, others, made, limit)
        assert sorted(word for part in layers.values() for word in part) == sorted(mine)
        made += layers.values()
        most = max(most, len(layers))
        blobs |= {name: sum(mine[word] for word in part) for name, part in layers.items()}
    return sum(blobs.values()) / sum(sum(host.values()) for host in hosts), most


def optimum(hosts: list[dict[str, int]]) -> float:
    """One layer for each package, which no engine would bear."""
    once = {word: size for host in hosts for word, size in host.items()}
    return sum(once.values()) / sum(sum(host.values()) for host in hosts)


def test_planned_layers_come_near_to_one_layer_a_package() -> None:
    for seed in range(3):
        hosts = simulated(seed)
        ratio, most = stored(hosts, ahead=True)
        assert ratio <= 1.02 * optimum(hosts)
        assert most <= fleet.LIMIT


def test_a_host_that_comes_later_shares_what_fits() -> None:
    hosts = simulated(7)
    ratio, most = stored(hosts, ahead=False)
    assert ratio < 0.75
    assert most <= fleet.LIMIT


def test_the_same_host_again_has_the_same_layers() -> None:
    first, *others = simulated(1)
    known = [frozenset(host) for host in others]
    layers = fleet.layout(first, known, [])
    assert fleet.layout(first, [], layers.values()) == layers
    assert fleet.layout(first, known[::-1], []) == layers, "the order of hosts does not matter"


def test_a_large_class_is_cut_alike_on_every_host() -> None:
    shared = {f"p{n:03}:all=1": 20 << 20 for n in range(100)}
    hosts = [shared | {f"own{n}:all=1": 1} for n in range(3)]
    known = [frozenset(host) for host in hosts]
    layers = [fleet.layout(host, [o for o in known if o != frozenset(host)], []) for host in hosts]
    common = set.intersection(*(set(found.values()) for found in layers))
    assert frozenset[str]().union(*common) == shared.keys()
    assert len(common) == 8
    sizes = [sum(shared[word] for word in part) for part in common]
    assert max(sizes) <= fleet.LARGE + (20 << 20)
    upgraded = {word.replace("p042:all=1", "p042:all=2"): size for word, size in hosts[0].items()}
    again = fleet.layout(upgraded, [], layers[0].values())
    assert len(set(layers[0].values()) - set(again.values())) <= 2, "the part with it, and the rest"


@given(st.dictionaries(st.text("abc"), st.integers(0, fleet.LARGE * 2)), st.integers(1, 40))
def test_large_packages_are_no_reason_for_more_layers(mine: dict[str, int], limit: int) -> None:
    layers = fleet.layout(mine, [], [], limit)
    assert sorted(word for part in layers.values() for word in part) == sorted(mine)
    assert len(layers) <= limit
    assert fleet.layout(mine, [], layers.values(), limit + 2) == layers


NAMES = st.text("abcdef", min_size=1, max_size=2)
WORDS = st.dictionaries(NAMES, st.integers(0, 99))


@given(WORDS, st.lists(st.frozensets(NAMES)), st.integers(1, 9))
def test_each_package_has_one_layer(
    mine: dict[str, int], sets: list[frozenset[str]], limit: int
) -> None:
    layers = fleet.layout(mine, sets, sets[::2], limit)
    assert sorted(word for part in layers.values() for word in part) == sorted(mine)
    assert len(layers) <= max(limit, 1)


def test_words_of_packages() -> None:
    def package(name: str, version: str, architecture: str, status: str) -> Package:
        return Package(name, version, architecture, status, size=10)

    found = Packages(
        (
            package("a", "1", "amd64", "installed"),
            package("a", "1", "i386", "installed"),
            package("b", "2", "all", "config-files"),
            package("c", "3", "all", "half-configured"),
        )
    )
    assert fleet.sizes(found) == {"a:amd64=1+i386=1": 20, "c:all=3": 10}
