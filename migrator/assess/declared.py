"""Rules that are data: conditions on fields of the facts, in a small language without any code.

Facts are only ever compared and put into texts: nothing of a host is taken for a pattern, a path or
a template.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args, get_origin

from migrator.assess.fields import kind, values
from migrator.assess.finding import Level
from migrator.assess.rules import Check, Evidence, Rule, Side
from migrator.decode import DecodeError, decode
from migrator.facts import Facts

PLACEHOLDER = re.compile(r"\{([^{}\s]*)\}")
NAMES = ("where", "name", "path")  # of a record's fields: the first one tells where it is
# Each takes a value of the facts and what the rule says. Patterns are those of a shell: unlike
# regular expressions, no text of a host can make them slow.
TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": operator.eq,
    "matches": fnmatchcase,
    "contains": operator.contains,
    "less": operator.lt,
    "more": operator.gt,
}
OPERANDS = {
    str: ("equals", "matches", "contains"),
    int: ("equals", "less", "more"),
    float: ("equals", "less", "more"),
    bool: ("equals",),
}


@dataclass(frozen=True)
class Condition:
    """One test of one field. For a list of words it holds when it holds for one of them."""

    field: str = ""  # of the record; "" of what is no record, such as a name server's address
    equals: Any = None
    matches: Any = None  # a shell's pattern for the whole text
    contains: Any = None  # a part of the text
    exists: bool | None = None  # whether it is anything but empty, 0 or false
    less: Any = None
    more: Any = None


@dataclass(frozen=True)
class Match:
    each: str  # a list or a record of the facts, such as network.peers
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    none: tuple[Condition, ...] = ()
    absent: bool = False  # it fires once, where nothing matches


@dataclass(frozen=True)
class Declared:
    id: str
    level: Literal["info", "warning", "risk", "overridable", "blocker"]
    title: str
    why: str
    todo: str
    match: Match
    evidence: str
    side: Side = "source"
    where: str = ""
    verify: bool = False


def rules(document: Any) -> list[tuple[str, Rule]]:
    """(place in the document, rule) for each. Raises DecodeError, which names the place."""
    found = decode(tuple[Declared, ...], document)
    return [(f"[{number}]", _rule(given, f"[{number}]")) for number, given in enumerate(found)]


def _rule(given: Declared, place: str) -> Rule:
    level = next(level for level in Level if level.word == given.level)
    texts = (given.title, given.why, given.todo)
    check = _check(given, place)
    return Rule(given.id, level, *texts, check, given.side, None, given.verify)


def _check(given: Declared, place: str) -> Check:
    match = given.match
    item = _known(Facts, match.each, f"{place}.match.each")
    groups = {"all": match.all, "any": match.any, "none": match.none}
    tests = {
        name: [
            _test(condition, item, f"{place}.match.{name}[{number}]")
            for number, condition in enumerate(conditions)
        ]
        for name, conditions in groups.items()
    }
    where = _where(given, item)
    for name, text in (("where", where), ("evidence", given.evidence)):
        for field in PLACEHOLDER.findall(text):
            if match.absent:
                raise DecodeError(f"{place}.{name}", "what is absent has no fields")
            _known(item, field, f"{place}.{name}")

    def fires(record: Any) -> bool:
        return (
            all(test(record) for test in tests["all"])
            and (not tests["any"] or any(test(record) for test in tests["any"]))
            and not any(test(record) for test in tests["none"])
        )

    def check(found: Facts) -> Iterator[Evidence]:
        records = [record for record in values(found, match.each) if fires(record)]
        if not match.absent:
            yield from ((_text(where, r), _text(given.evidence, r)) for r in records)
        elif not records:
            yield where, given.evidence

    return check


def _where(given: Declared, item: Any) -> str:
    """What the rule says, or what the record is known by."""
    known = [name for name in NAMES if name in getattr(item, "__dataclass_fields__", ())]
    default = f"{{{known[0]}}}" if known and not given.match.absent else given.match.each
    return given.where or default


def _test(condition: Condition, item: Any, place: str) -> Callable[[Any], bool]:
    given = {f.name: getattr(condition, f.name) for f in fields(condition) if f.name != "field"}
    said = {name: operand for name, operand in given.items() if operand is not None}
    if len(said) != 1:
        raise DecodeError(place, f"it needs one of {', '.join(given)}")
    ((name, operand),) = said.items()
    leaf = _known(item, condition.field, place)
    if name == "exists":
        return lambda record: any(values(record, condition.field)) is operand
    wanted = tuple(operand) if isinstance(operand, list) else (operand,)
    _fits(name, wanted, leaf, place)
    test = TESTS[name]
    return lambda record: any(
        test(value, one) for value in values(record, condition.field) for one in wanted
    )


def _fits(name: str, wanted: tuple[Any, ...], leaf: Any, place: str) -> None:
    """Refuse a test that could never hold."""
    choices = get_args(leaf) if get_origin(leaf) is Literal else ()
    plain = str if choices else leaf
    if name not in OPERANDS.get(plain, ()):
        known = ", ".join((*OPERANDS.get(plain, ()), "exists"))
        raise DecodeError(place, f"{name} cannot be asked of this field, only {known}")
    for operand in wanted:
        if type(operand) is not plain and not (plain is float and type(operand) is int):
            raise DecodeError(place, f"{operand!r} is not of type {plain.__name__}")
        if choices and name == "equals" and operand not in choices:
            raise DecodeError(place, f"{operand!r} is not one of {', '.join(choices)}")


def _known(of: Any, path: str, place: str) -> Any:
    try:
        return kind(of, path)
    except ValueError as error:
        raise DecodeError(place, str(error)) from error


def _text(template: str, record: Any) -> str:
    """Each placeholder is filled once: what facts put there is not looked at again."""

    def fill(found: re.Match[str]) -> str:
        return ", ".join(str(value) for value in values(record, found[1]))

    return PLACEHOLDER.sub(fill, template)
