"""What an image of the engine says of itself, and which inits it holds. Python 3.6 or later."""

import json
from typing import Any, Dict

from migrator.runtime import engines
from migrator.runtime.inits import PLACE
from migrator.runtime.jobs import STATE
from migrator.runtime.run import TARGET_UNFIT, Explained, attempt, output

PROGRAMS = {"quadlet": "podman", "podman": "podman", "docker": "docker"}
# Lines of a word and what was found, for the user $1 ("name", "uid" or "name:group").
LOOK = r"""
echo "shell yes"
init=$(readlink -f /sbin/init 2>/dev/null) && [ -x "$init" ] && echo "init $init"
for path in /lib/systemd/systemd /usr/lib/systemd/systemd; do
    if [ -x "$path" ]; then
        echo "systemd $path"
        echo "systemd-version $("$path" --version 2>/dev/null | head -n 1)"
        break
    fi
done
for path in /usr/bin/dumb-init /usr/local/bin/dumb-init /sbin/dumb-init /bin/dumb-init $2; do
    [ -x "$path" ] && echo "dumb-init $path" && break
done
[ -e /etc/inittab ] && echo "inittab yes"
command -v setpriv >/dev/null && echo "setpriv yes"
user=${1%%:*} group=
case $1 in *:*) group=${1#*:} ;; esac
case $user in *[!0-9]* | '') ;; *) printf 'uid %s\ngid 0\n' "$user" ;; esac
while IFS=: read -r name _ uid gid _ home _; do
    if [ "$name" = "${user:-root}" ] || [ "$uid" = "${user:-root}" ]; then
        printf 'name %s\nuid %s\ngid %s\nhome %s\n' "$name" "$uid" "$gid" "$home"
        break
    fi
done </etc/passwd
if [ "$group" ]; then
    while IFS=: read -r name _ gid _; do
        if [ "$name" = "$group" ] || [ "$gid" = "$group" ]; then
            printf 'gid %s\ngroup %s\n' "$gid" "$name"
            break
        fi
    done </etc/group
fi
"""


def describe(params: Dict[str, Any]) -> Dict[str, Any]:
    """{"engine", "config" as the engine shows it, "held": what was found in it}. ``params``: "name"
    of the container to be, "engine", "image" as a launch has it, "check". The image is pulled where
    it is missing; with "check" nothing is, and "config" is None then."""
    name, image = params["name"], params["image"]
    engine = engines.of(params)
    program = PROGRAMS.get(engine.name)
    if program is None:
        message = f"{engine.name} does not tell what an image runs"
        raise Explained(message, "choose a target with podman or docker", TARGET_UNFIT)
    if engine.unit(name).exists() and not (STATE / name / "run" / "begin").exists():
        message = f"{name} is the container of a host there"
        raise Explained(message, "choose another --name", TARGET_UNFIT)
    if not engine.has_image(image):
        if params["check"]:
            return {"engine": engine.name, "config": None, "held": {}}
        engine.pull(image)
    shown = output([program, "image", "inspect", "--format", "{{json .Config}}", image["tag"]])
    config = json.loads(shown)
    return {
        "engine": engine.name,
        "config": config,
        "held": _held(program, image["tag"], config.get("User") or ""),
    }


def _held(program: str, tag: str, user: str) -> Dict[str, str]:
    """Nothing where the image has no shell."""
    run = [program, "run", "--rm", "--network=none", "--user=0:0", "--workdir=/"]
    look = ["--entrypoint=/bin/sh", tag, "-c", LOOK, "sh", user, PLACE + "/bin/dumb-init"]
    said = attempt([*run, *look]).stdout.decode("utf-8", "replace")
    lines = (line.partition(" ") for line in said.splitlines())
    return {word: rest for word, _, rest in lines}
