"""Rules of the user's own beside the built-in ones: Python and YAML files of one directory.

What cannot be read stops the command, with the file and the line. A rule that fails while it looks
at a host is not checked for that host, and says why.
"""

from __future__ import annotations

import functools
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import yaml

from migrator.assess import RULES, Finding, Level, Rule
from migrator.assess.declared import rules as declared
from migrator.assess.rules import FAMILIES, Evidence, Side, Task, collected
from migrator.decode import DecodeError
from migrator.errors import UsageError

ID = re.compile(r"([A-Z]{3,8})-[0-9]{2,4}")
HINT = "see docs/rules.md"


@functools.cache
def beside(directory: str) -> Mapping[str, Rule]:
    """The built-in rules, then those of ``directory``; "" is none. Raises UsageError."""
    found = dict(RULES)
    for where, rule in _read(Path(directory).expanduser()) if directory else ():
        problem = _problem(rule, found)
        if problem:
            raise UsageError(f"{where}: {problem}", HINT)
        found[rule.id] = rule
    return found


def _read(directory: Path) -> Iterator[tuple[str, Rule]]:
    """(file:line, rule); files in the order of their names, without those that begin with _ or
    a dot."""
    if not directory.is_dir():
        raise UsageError(f"{directory} is no directory of rules", "see --rules and migrator_rules")
    readers = {".py": _python, ".yml": _yaml, ".yaml": _yaml}
    for path in sorted(directory.iterdir()):
        if path.suffix in readers and path.name[0] not in "_.":
            yield from readers[path.suffix](path, _text(path))


def _text(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o002:
            raise UsageError(f"{path} can be written by everybody", f"chmod o-w {path}")
        return path.read_text()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", HINT) from error


def _python(path: Path, text: str) -> Iterable[tuple[str, Rule]]:
    """The file runs once, as any program of the user's does."""
    module = ModuleType(f"migrator_rules_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look there
    try:
        with collected() as found:
            exec(compile(text, str(path), "exec"), vars(module))
    except SyntaxError as error:
        raise UsageError(f"{path}:{error.lineno}: {error.msg}", HINT) from error
    except (Exception, SystemExit) as error:
        raise UsageError(f"{_place(path, error)}: {_words(error)}", HINT) from error
    return [
        (_line(path, rule.placed or rule.check), _guarded(path, rule)) for rule in found.values()
    ]


def _line(path: Path, check: Any) -> str:
    code = getattr(check, "__code__", None)
    return f"{path}:{code.co_firstlineno}" if code else str(path)


def _guarded(path: Path, rule: Rule) -> Rule:
    task = functools.partial(_task, rule.id, rule.task) if rule.task else None
    check = functools.partial(_checked, path, rule.check)
    placed = functools.partial(_checked, path, rule.placed) if rule.placed else None
    return replace(rule, check=check, placed=placed, task=task)


def _checked(
    path: Path, check: Callable[[Any], Iterable[Evidence]], found: Any
) -> Iterator[Evidence]:
    """What it finds; where it fails, that too."""
    try:
        for where, seen, *level in check(found):
            if not (isinstance(where, str) and isinstance(seen, str)):
                raise TypeError(f"it must yield two texts, not {where!r} and {seen!r}")
            yield (where, seen, Level(level[0])) if level else (where, seen)
    except Exception as error:
        yield _place(path, error), f"the rule failed: {_words(error)}", Level.NOT_CHECKED


def _task(id: str, task: Task, finding: Finding) -> dict[str, Any] | None:
    """Where it fails, a task that says so."""
    try:
        return task(finding)
    except Exception as error:
        return {"ansible.builtin.debug": {"msg": f"{id} made no task: {_words(error)}"}}


def _place(path: Path, error: BaseException) -> str:
    """The last line of the file that the error passed."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f"{path}:{lines[-1]}" if lines else str(path)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _yaml(path: Path, text: str) -> Iterable[tuple[str, Rule]]:
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        document = loader.construct_document(node) if node else []
        return [(f"{path}:{_at(node, place)}", rule) for place, rule in declared(document)]
    except DecodeError as error:
        where = re.sub(r"^\[\d+\]\.?", "", error.where)
        place = f"{where}: " if where else ""
        message = f"{path}:{_at(node, error.where)}: {place}{error.problem}"
        raise UsageError(message, HINT) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UsageError(f"{path}:{line}: {error.problem}", HINT) from error
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"{path}: {error}", HINT) from error


def _at(node: Any, where: str) -> int:
    """The line of the place ``[0].match.each`` in a document of YAML, as far as it is there."""
    for key, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", where):
        if isinstance(node, yaml.SequenceNode) and number:
            node = node.value[int(number)]
        elif isinstance(node, yaml.MappingNode):
            node = next((value for name, value in node.value if name.value == key), node)
    return int(node.start_mark.line) + 1 if node else 1


def _problem(rule: Rule, found: Mapping[str, Rule]) -> str:
    """Why the rule cannot stand beside those that were ``found``, or ""."""
    named = ID.fullmatch(rule.id) if isinstance(rule.id, str) else None
    texts = {"title": rule.title, "why": rule.why, "todo": rule.todo}
    odd = [name for name, text in texts.items() if not (isinstance(text, str) and text.strip())]
    if named is None:
        return f"{rule.id!r} is no id: three letters or more, and a number, such as ABC-01"
    if named[1] in FAMILIES:
        return f"ids that begin with {named[1]} are for built-in rules"
    if rule.id in found:
        return f"two rules are called {rule.id}"
    if odd:
        return f"the {odd[0]} of {rule.id} is no text"
    if not isinstance(rule.level, Level) or not rule.level:
        return f"the level of {rule.id} is none of {', '.join(x.word for x in Level if x)}"
    if rule.side not in get_args(Side):
        return f"the side of {rule.id} is none of {', '.join(get_args(Side))}"
    return ""
