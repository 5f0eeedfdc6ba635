"""Which names of settings, variables and options are those of a secret, and which values not."""

from __future__ import absolute_import, division, print_function

import re

# Words that make a name secret: anywhere in it, as one of its parts, or as its end.
ANYWHERE = (
    r"passw(?:or)?d|passphrase|secret|credential|bindpw|rootpw|requirepass|masterauth|authtok"
)
PARTS = r"pass|pwd?|pws|psk|token|authkey|community|storepass|keypass"
KEYS = r"(?:api|access|account|auth|encryption|master|private|shared|signing|storage)[_.-]?keys?"
SECRET = re.compile(
    r"(?i)%s|(?<![a-z])(?:%s)s?\d*(?![a-z])|(?<![a-z])(?:%s)(?![a-z])"
    r"|(?<!by)(?<!com)(?<!sur)(?:pass|pwd?|token)$" % (ANYWHERE, PARTS, KEYS)
)
CAMEL = re.compile(r"(?<=[a-z0-9])(?:Pass|Pwd|Token|Psk|(?:Api|Private|Access)Key)s?(?![a-z])")
# Names that only speak of a secret: where it lies, how long it is, whether there must be one.
ABOUT = re.compile(
    r"(?i)(?:file|path|dir|directory|location|ur[il]|host|port|type|length|len|min|max|size|age|days"
    r"|time|timeout|ttl|lifetime|expir\w*|name|policy|prompt|dialog|authentication|quality|command"
    r"|cmd|program|script|backend|provider|mode|format|algorithm|encryption|hashing|retry|tries"
    r"|warn|change|check|through|reverse|sync|required|enabled?|agent|history|issuer|endpoint"
    r"|query|map|reqd)s?\d*$"
    r"|^-*(?:no|ask|load|import|prompt|list)[_-]?(?:pass|credential)"
    r"|(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)[_-]?pass$"
)
# Names whose value is mostly a place; a value that begins with a slash is one.
PLACES = re.compile(r"(?i)^(?:old)?pwd$|credentials?$|private[_.-]?keys?$")
# Values that are no secret: words of configuration, references to a variable or a command.
WORDS = re.compile(
    r"""(?i)["']?(?:yes|no|true|false|on|off|none|null|nil|never|always|ask|required|optional"""
    r"""|enabled?|disabled?|files|compat|sss|db|nis|nisplus|ldap|winbind|systemd|all)"""
    r"""(?=["',;]*(?:[\s\0]|$))"""
)
EMPTY = re.compile(r"""(?:""|'')(?=["',;)\]]*(?:[\s\0]|$))""")
# "$(pass)", "$PASS", "$1", and "%(pass)s" of Python's configurations
REFERENCE = re.compile(
    r"""["']?(?:\$[({]|(?:\$(?:[A-Z_][A-Z0-9_]*|\d)|%\(\w+\)s)"""
    r"""(?=["';,\]]*(?:[\s\0]|$)))"""
)


def is_secret(name):
    # type: (str) -> bool
    """Whether a value of this name must not be shown."""
    return bool(SECRET.search(name) or CAMEL.search(name)) and not ABOUT.search(name)


def is_harmless(name, value):
    # type: (str, str) -> bool
    """Whether what ``value`` begins with can be shown in spite of its name."""
    if PLACES.search(name) and value.lstrip("\"'")[:1] == "/":
        return True
    return bool(WORDS.match(value) or EMPTY.match(value) or REFERENCE.match(value))
