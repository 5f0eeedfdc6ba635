"""The first lines that run on a host: load a program from stdin into memory and start it.

Nothing touches the host's disk, so there is nothing to clean up, and a full, read-only or noexec
/tmp does not matter. Runs on Python 2.7 and 3.4+, as ``python -c BOOT MODULE VERB SIZE SIZE``: the
zip of sources and the JSON parameters, of these sizes, come first on stdin; the program gets what
follows. Its modules are imported from the zip and nowhere else.
"""

import io
import json
import sys
import types
import zipfile

try:
    from importlib.machinery import ModuleSpec  # novm
except ImportError:  # Python 2 asks find_module instead
    ModuleSpec = None

stdin = getattr(sys.stdin, "buffer", sys.stdin)
stdout = getattr(sys.stdout, "buffer", sys.stdout)
module, verb = sys.argv[1:3]
package, size = stdin.read(int(sys.argv[3])), int(sys.argv[4])
params = json.loads(stdin.read(size).decode("utf-8"))
sources = zipfile.ZipFile(io.BytesIO(package))
names = set(sources.namelist())


def find(name):
    base = name.replace(".", "/")
    return next((f for f in (base + ".py", base + "/__init__.py") if f in names), None)


class Sources(object):
    def find_spec(self, name, path=None, target=None):
        found = find(name)
        return found and ModuleSpec(name, self, is_package=found.endswith("__init__.py"))

    def create_module(self, spec):
        return None

    def exec_module(self, made):
        found = find(made.__name__)
        exec(compile(sources.read(found), found, "exec", 0, True), made.__dict__)

    def find_module(self, name, path=None):
        return self if find(name) else None

    def load_module(self, name):
        made = sys.modules[name] = types.ModuleType(name)
        made.__package__ = name.rpartition(".")[0]
        if find(name).endswith("__init__.py"):
            made.__path__, made.__package__ = [], name
        self.exec_module(made)
        return made


sys.meta_path.insert(0, Sources())
__import__(module)
sys.exit(sys.modules[module].run(verb, params, stdin, stdout))
