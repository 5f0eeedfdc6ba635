"""The first lines that run on a host: load a program from stdin into memory and start it.

Nothing touches the host's disk, so there is nothing to clean up, and a full, read-only or noexec
/tmp does not matter. Runs on Python 2.7 and 3.4+, as ``python -c BOOT MODULE VERB SIZE SIZE``: the
zip of sources and the JSON parameters, of these sizes, come first on stdin; the program gets what
follows. Its modules are imported from the zip and nowhere else.

With the verb "session" it waits, with the ``modules`` of the parameters compiled, for one verb
after the other; migrator/session.py is the other side. Each is a request [size, JSON of verb and
params] on stdin and is served by a fork. What that writes comes back in pieces [size, bytes]; an
empty one is the end, and its status follows.
"""

import io
import json
import os
import struct
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


def exactly(size):
    data = b""
    while len(data) < size:
        piece = os.read(0, size - len(data))
        if not piece:
            sys.exit(0)  # the other side is gone
        data += piece
    return data


def give(data):
    while data:
        data = data[os.write(1, data) :]


def serve(asked):
    ends = os.pipe()
    child = os.fork()
    if not child:
        status = 70
        try:
            os.dup2(ends[1], 1)
            os.close(ends[0])
            os.close(ends[1])
            given, taken = os.fdopen(0, "rb"), os.fdopen(1, "wb")
            status = sys.modules[module].run(asked["verb"], asked["params"], given, taken)
            taken.flush()
        except Exception:  # noqa: BLE001  # whatever it is, there is an end that the other side sees
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(ends[1])
    while True:
        piece = os.read(ends[0], 1 << 16)
        give(struct.pack(">I", len(piece)) + piece)
        if not piece:
            break
    os.close(ends[0])
    status = os.waitpid(child, 0)[1]
    give(struct.pack(">I", os.WEXITSTATUS(status) if os.WIFEXITED(status) else 70))


sys.meta_path.insert(0, Sources())
__import__(module)
if verb != "session":
    sys.exit(sys.modules[module].run(verb, params, stdin, stdout))
for name in params["modules"]:
    __import__(name)
give(struct.pack(">I", 0))  # it waits
while True:
    serve(json.loads(exactly(struct.unpack(">I", exactly(4))[0]).decode("utf-8")))
