"""Clients of user directories: sssd, LDAP, Kerberos, Active Directory, FreeIPA and NIS."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.redact import redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Settings = list[tuple[str, str]]

# Flat files: a keyword, blanks or an equals sign, and the rest of the line.
FLAT = (
    ("nslcd", "/etc/nslcd.conf"),
    ("ldap", "/etc/ldap/ldap.conf"),
    ("ldap", "/etc/openldap/ldap.conf"),
    ("ldap", "/etc/ldap.conf"),
    ("ldap", "/etc/pam_ldap.conf"),
    ("ldap", "/etc/libnss-ldap.conf"),
)
SERVERS = re.compile(r"(?i)^(?:uri|host|ldap_uri|ipa_server|ad_server|krb5_server|kdc|server)$")
DOMAINS = re.compile(
    r"(?i)^(?:base|ldap_search_base|workgroup|domain|ipa_domain|ad_domain|basedn)$"
)
REALMS = re.compile(r"(?i)^(?:realm|krb5_realm|default_realm)$")


def read(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []
    for path in ["/etc/sssd/sssd.conf"] + host.matching("/etc/sssd/conf.d/*.conf"):
        for name, settings in sections(host, path):
            if name.startswith("domain/"):
                found.append(_record("sssd", path, name.partition("/")[2], settings))
    for kind, path in FLAT:
        settings = list(_flat(host, path))
        if settings:
            found.append(_record(kind, path, "", settings))
    for name, settings in sections(host, "/etc/ipa/default.conf"):
        if name == "global":
            found.append(_record("ipa", "/etc/ipa/default.conf", "", settings))
    return found + _winbind(host) + _kerberos(host) + _nis(host)


def _record(kind, where, domain, settings):
    # type: (str, str, str, Settings) -> dict[str, Any]
    servers = [
        server
        for key, value in settings
        if SERVERS.match(key)
        for server in re.split(r"[\s,]+", value)
        if server
    ]
    named = [value for key, value in settings if DOMAINS.match(key)]
    realms = [value for key, value in settings if REALMS.match(key)]
    return {
        "kind": kind,
        "where": where,
        "domain": domain or (named[0] if named else ""),
        "realm": realms[0] if realms else "",
        "servers": [redacted_value("", server) for server in servers],
        "settings": dict((key, redacted_value(key, value)) for key, value in settings),
    }


def sections(host, path):
    # type: (Host, str) -> list[tuple[str, Settings]]
    """(name, settings) of each section of an INI file; what is above the first is named ""."""
    found = [("", [])]  # type: list[tuple[str, Settings]]
    for line in host.lines(path):
        text = line.strip()
        header = re.match(r"\[([^\]]*)\]", text)
        key, equals, value = text.partition("=")
        if header:
            found.append((header.group(1).strip(), []))
        elif text and text[0] not in "#;" and equals:
            found[-1][1].append((key.strip(), value.strip()))
    return found


def _flat(host, path):
    # type: (Host, str) -> Iterator[tuple[str, str]]
    for line in host.lines(path):
        words = re.match(r"\s*([\w.-]+)(?:\s*=\s*|\s+)(.*?)\s*$", line)
        if words:
            yield words.group(1).lower(), words.group(2)


def _winbind(host):
    # type: (Host) -> list[dict[str, Any]]
    """A member of a domain, by the ``security`` that Samba is given."""
    path = "/etc/samba/smb.conf"
    for name, settings in sections(host, path):
        security = dict((key.lower(), value.lower()) for key, value in settings).get("security")
        if name.lower() == "global" and security in ("ads", "domain"):
            return [_record("winbind", path, "", settings)]
    return []


def _kerberos(host):
    # type: (Host) -> list[dict[str, Any]]
    """One record a realm of krb5.conf; servers may also come from DNS."""
    found = []
    for path in ["/etc/krb5.conf"] + host.matching("/etc/krb5.conf.d/*"):
        default, section, realm = "", "", ""
        realms = {}  # type: dict[str, Settings]
        for line in host.lines(path):
            text = line.partition("#")[0].strip()
            header = re.match(r"\[(\w+)\]", text)
            opened = re.match(r"(\S+)\s*=\s*\{", text)
            key, equals, value = (part.strip() for part in text.partition("="))
            if header:
                section, realm = header.group(1), ""
            elif section == "realms" and opened:
                realm = opened.group(1)
                realms.setdefault(realm, [])
            elif text == "}":
                realm = ""
            elif section == "realms" and realm and equals:
                realms[realm].append((key, value))
            elif section == "libdefaults" and key == "default_realm":
                default = value
        if default:
            realms.setdefault(default, [])
        for name in sorted(realms):
            found.append(_record("kerberos", path, "", [("realm", name)] + realms[name]))
    return found


def _nis(host):
    # type: (Host) -> list[dict[str, Any]]
    domain = host.text("/etc/defaultdomain").strip()
    named = re.search(r"(?m)^\s*NISDOMAIN=[\"']?([^\"'\s]+)", host.text("/etc/sysconfig/network"))
    domain = domain or (named.group(1) if named else "")
    lines = [line.partition("#")[0].split() for line in host.lines("/etc/yp.conf")]
    settings = [("ypserver", words[-1]) for words in lines if len(words) > 1]
    if not domain and not settings:
        return []
    where = "/etc/yp.conf" if settings else "/etc/defaultdomain"
    record = _record("nis", where, domain, settings)
    return [dict(record, servers=[server for _, server in settings])]
