"""Services whose configuration is one of sections: each section is a part of the service."""

from __future__ import absolute_import, division, print_function

import json
import re

from migrator.agent.accounts.directories import sections
from migrator.agent.host import Host
from migrator.agent.services.record import part, site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

POOLS = (
    "/etc/php/*/fpm/pool.d/*.conf",
    "/etc/php5/fpm/pool.d/*.conf",
    "/etc/php-fpm.d/*.conf",
    "/etc/opt/remi/*/php-fpm.d/*.conf",
    "/etc/opt/rh/*/php-fpm.d/*.conf",
)
PHP = ("/etc/php/*/fpm/php.ini", "/etc/php5/fpm/php.ini", "/etc/php.ini")
POOL = (
    "listen,user,group,pm,pm.max_children,chroot,chdir,"
    "php_value[session.save_path],php_admin_value[session.save_path]"
)
PROGRAMS = (
    "/etc/supervisor/conf.d/*.conf",
    "/etc/supervisord.d/*.ini",
    "/etc/supervisord.d/*.conf",
)
CHECKS = ("/etc/monit.d/*", "/etc/monit/conf.d/*", "/etc/monit/conf-enabled/*")
GLOBAL = ("", "global", "homes", "printers", "print$")


def _parts(host, service, kind, path, wanted, left_out=GLOBAL):
    # type: (Host, dict[str, Any], str, str, str, Sequence[str]) -> None
    """A part for each section of an INI file, with the settings that are ``wanted``."""
    for name, settings in sections(host, path):
        if name not in left_out:
            values = dict((key.lower(), value) for key, value in settings)
            detail = dict((key, values.get(key, "")) for key in wanted.split(","))
            service["parts"].append(part(kind, name, path, detail))


def _with_further(host, service, patterns):
    # type: (Host, dict[str, Any], Sequence[str]) -> list[str]
    """The configurations of a service, after those were added that it includes by default."""
    service["configs"] += [path for pattern in patterns for path in host.matching(pattern)]
    return list(service["configs"])


def php_fpm(host, service):
    # type: (Host, dict[str, Any]) -> None
    for path in _with_further(host, service, POOLS):
        _parts(host, service, "pool", path, POOL)
    service["configs"] += [path for pattern in PHP for path in host.matching(pattern)]


def supervisor(host, service):
    # type: (Host, dict[str, Any]) -> None
    wanted = "command,directory,user,autostart,numprocs,stdout_logfile"
    for path in _with_further(host, service, PROGRAMS):
        for name, settings in sections(host, path):
            if name.startswith(("program:", "eventlistener:", "fcgi-program:")):
                values = dict(settings)
                detail = dict((key, values.get(key, "")) for key in wanted.split(","))
                service["parts"].append(part("program", name.partition(":")[2], path, detail))


def samba(host, service):
    # type: (Host, dict[str, Any]) -> None
    wanted = "path,comment,read only,writable,guest ok,valid users,hosts allow"
    for path in service["configs"]:
        _parts(host, service, "share", path, wanted)
        for name, settings in sections(host, path):
            if name.lower() == "global":
                for key in ("workgroup", "realm", "security", "server role", "netbios name"):
                    service["detail"].update((k, v) for k, v in settings if k.lower() == key)


def rsyncd(host, service):
    # type: (Host, dict[str, Any]) -> None
    for path in service["configs"]:
        _parts(host, service, "module", path, "path,read only,uid,hosts allow,auth users")


def monit(host, service):
    # type: (Host, dict[str, Any]) -> None
    for path in _with_further(host, service, CHECKS):
        for where, line in host.numbered(path):
            check = re.match(r"\s*check\s+(\w+)\s+(\S+)\s*(.*)$", line, re.IGNORECASE)
            if check:
                detail = {"what": check.group(1), "how": check.group(3)}
                service["parts"].append(part("check", check.group(2), where, detail))


def pm2(host, service):
    # type: (Host, dict[str, Any]) -> None
    for path in service["configs"]:
        try:
            programs = json.loads(host.text(path))
        except ValueError:
            continue
        for program in programs if isinstance(programs, list) else []:
            if isinstance(program, dict):
                detail = dict((key, program.get(key) or "") for key in ("pm_exec_path", "pm_cwd"))
                name = "%s" % (program.get("name"),)
                service["parts"].append(part("program", name, path, detail))


def oracle(host, service):
    # type: (Host, dict[str, Any]) -> None
    for path in service["configs"]:
        for where, line in host.numbered(path):
            fields = line.strip().split(":")
            if len(fields) >= 3 and line[:1] not in "#*":
                detail = {"home": fields[1], "start": fields[2]}
                service["parts"].append(part("database", fields[0], where, detail))


def bind(host, service):
    # type: (Host, dict[str, Any]) -> None
    further = ("/etc/bind/named.conf.*", "/etc/named.rfc1912.zones", "/etc/named/*.conf")
    for path in _with_further(host, service, further):
        text = host.text(path)
        for zone in re.finditer(r'(?m)^\s*zone\s+"([^"]+)"[^{]*\{([^}]*)', text):
            detail = dict(re.findall(r'(type|file)\s+"?([^";\s]+)', zone.group(2)))
            where = "%s:%d" % (path, text.count("\n", 0, zone.start(1)) + 1)
            service["parts"].append(part("zone", zone.group(1), where, detail))


def drbd(host, service):
    # type: (Host, dict[str, Any]) -> None
    for path in service["configs"]:
        for name in re.findall(r"(?m)^\s*resource\s+\"?([\w.-]+)", host.text(path)):
            found = re.findall(r"\b(device|disk|address)\s+([^\s;]+)", host.text(path))
            detail = dict((key, " ".join(v for k, v in found if k == key)) for key, _ in found)
            service["parts"].append(part("resource", name, path, detail))


def caddy(host, service):
    # type: (Host, dict[str, Any]) -> None
    """Blocks that are not in another one are sites; their names are addresses."""
    for path in service["configs"]:
        depth = 0
        for where, line in host.numbered(path):
            text = line.partition("#")[0].strip()
            if text.endswith("{") and depth == 0 and text != "{":
                names = [name for name in re.split(r"[\s,]+", text[:-1]) if name]
                service["sites"].append(site(where, names, names))
            words = text.split()
            if depth and words[:1] == ["reverse_proxy"] and service["sites"]:
                service["sites"][-1]["targets"] += words[1:]
            if depth and words[:1] == ["root"] and service["sites"]:
                service["sites"][-1]["roots"].append(words[-1])
            depth = max(0, depth + text.count("{") - text.count("}"))
