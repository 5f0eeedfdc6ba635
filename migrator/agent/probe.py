"""Verb probe: how the host answers: over HTTP, to commands of the plan, through its log rules."""

from __future__ import absolute_import, division, print_function

import hashlib
import re
import ssl
import time

from migrator.agent import run
from migrator.agent.files import Root

try:
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen
except ImportError:
    from httplib import HTTPException  # type: ignore[import-not-found, no-redef]  # novm
    from urllib2 import HTTPError, Request, urlopen  # type: ignore[import-not-found, no-redef]  # novm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FACILITIES = ["KERN", "USER", "MAIL", "DAEMON", "AUTH", "AUTHPRIV", "SYSLOG", "LPR", "NEWS", "CRON"]
FACILITIES += ["UUCP"] + ["LOCAL%d" % number for number in range(8)]
PRIORITIES = {
    "DEBUG": "DEBUG",
    "NOTICE": "NOTICE",
    "WARN": "WARNING",
    "WARNING": "WARNING",
    "ERR": "ERR",
    "ERROR": "ERR",
    "CRIT": "CRIT",
    "ALERT": "ALERT",
    "EMERG": "EMERG",
}
TLS = re.compile(r"https://([^/:]+)(?::(\d+))?")
TIMEOUT = 10  # seconds for one answer
PATIENCE = 5.0  # seconds for a log line to arrive
TAIL = 1 << 16  # bytes of a log file that are searched
SHOWN = 60  # characters of an output that are told as they are
LINE = 200  # characters of a complaint
LIMIT = 16 << 20  # bytes of a body that are compared


def probe(params):
    # type: (dict[str, Any]) -> dict[str, Any]
    """{"http": {url: answer}, "commands": {name: said}, "log": {file: did the line arrive}}.

    ``log_line`` is only given inside a
    container: a source is never written to. ``log_files`` maps each file to its selector,
    ``commands`` each name to a command of a shell and its patience in seconds.
    """
    answers = dict((url, _twice(url)) for url in params["urls"])
    said = dict((name, _said(*asked)) for name, asked in params["commands"].items())
    arrived = {}  # type: dict[str, bool]
    if params["log_line"]:
        arrived = _follow(params["log_line"], params["log_files"])
    return {"http": answers, "commands": said, "log": arrived}


def _said(command, patience):
    # type: (str, int) -> dict[str, Any]
    """What a command said. Of a long output only its digest leaves the host: it may be private."""
    try:
        status, stdout, stderr = run.answer(["/bin/sh", "-c", command], patience)
    except run.CommandError as error:
        return {"status": run.LATE, "output": "", "digest": "", "error": str(error)}
    last = (stderr.strip().splitlines() or [""])[-1]
    output = stdout.strip()
    return {
        "status": status,
        "output": output if len(output) <= SHOWN and "\n" not in output else "",
        "digest": hashlib.sha256(stdout.encode("utf-8", "replace")).hexdigest(),
        "error": last[:LINE],
    }


def _twice(url):
    # type: (str) -> dict[str, Any]
    """The answer; ``stable`` when a second one has the same body, so that it can be compared."""
    first, second = _get(url), _get(url)
    first["stable"] = first["body"] == second["body"] and not first["error"]
    first["certificate"] = _certificate(url)
    return first


def _certificate(url):
    # type: (str) -> str
    """sha256 of the certificate that is shown there, "" without TLS."""
    found = TLS.match(url)
    if not found:
        return ""
    try:
        shown = ssl.get_server_certificate((found.group(1), int(found.group(2) or 443)))
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(shown)).hexdigest()
    except (IOError, OSError, ValueError):
        return ""


def _get(url):
    # type: (str) -> dict[str, Any]
    status, body, problem = 0, b"", ""
    try:
        request = Request(url, headers={"User-Agent": "migrator"})
        answer = urlopen(request, timeout=TIMEOUT, **_trusting())
        status, body = answer.getcode(), answer.read(LIMIT)
    except HTTPError as error:
        status, body = error.code, error.read(LIMIT)
    except (IOError, OSError, HTTPException, ValueError) as error:
        problem = str(error) or error.__class__.__name__
    return {"status": status, "body": hashlib.sha256(body).hexdigest(), "error": problem}


def _trusting():
    # type: () -> dict[str, Any]
    """The certificate belongs to a name, and we ask by address. Python before 2.7.9 checks none."""
    make = getattr(ssl, "_create_unverified_context", None)
    return {"context": make()} if make else {}


def _follow(line, wanted):
    # type: (str, dict[str, str]) -> dict[str, bool]
    """Log ``line`` as each file's selector wants it, and see where it arrives in time."""
    import syslog  # not built into every Python

    arrived = {}  # type: dict[str, bool]
    for path, selector in wanted.items():
        facility, priority = _level(selector)
        if facility != "KERN":  # only the kernel can speak as the kernel
            syslog.syslog(
                getattr(syslog, "LOG_" + facility) | getattr(syslog, "LOG_" + priority), line
            )
            arrived[path] = False
    end = time.time() + PATIENCE
    while not all(arrived.values()) and time.time() < end:
        time.sleep(0.2)
        for path in arrived:
            arrived[path] = arrived[path] or line in Root("/").text(path)[-TAIL:]
    return arrived


def _level(selector):
    # type: (str) -> tuple[str, str]
    """A (facility, priority) that the first part of a syslog selector matches."""
    facilities, _, priority = selector.split(";")[0].partition(".")
    facility = facilities.split(",")[0].upper()
    priority = priority.lstrip("=").upper()
    return (facility if facility in FACILITIES else "USER"), PRIORITIES.get(priority, "INFO")
