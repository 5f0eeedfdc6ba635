"""What introduces a secret in text, and how far the secret then goes."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.redact.names import is_harmless, is_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Pattern

    # The introduction, whether it is meant, and what is hidden behind it.
    Rule = tuple[Pattern[str], Callable[[Any], bool], Pattern[str]]

BLANK = r"[ \t\r\n\f\v]"
# A quoted text (or one whose end is missing) and what hangs on to it. A quote before a blank is
# left: it ends a larger text, as in sh -c "mysql -pX".
VALUE = re.compile(
    r"""(?m)(?:"(?:[^"\\\n]|\\.?)*(?:"|$)|'[^'\n]*(?:'|$))?"""
    r"""(?:[^ \t\r\n\f\v"']|["'](?=[^ \t\r\n\f\v"']))*"""
)
LINE = re.compile(r"[^\r\n]+")  # a setting that is alone on its line may contain blanks
WORD = re.compile(r"[^\0]+")  # an argument of a process may contain anything
ELEMENT = re.compile(r"[^<]+")  # of XML
BEFORE_AT = re.compile(r"[^ \t\r\n\f\v]*(?=@)")
KEY_BLOCK = re.compile(r"(?s).*?(?=-----END|\Z)")
# What is secret by its shape: keys and tokens of well-known services, crypt hashes.
SHAPE = re.compile(
    r"(?:AKIA|ASIA)[0-9A-Z]{16}|gh[opsru]_\w{36,}|github_pat_\w{40,}|glpat-[\w-]{20,}"
    r"|xox[abeprs]-[\w-]{10,}|AIza[\w-]{35}|[rs]k_live_\w{16,}|npm_\w{36}|hvs\.[\w-]{20,}"
    r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+|T[0-9A-Z]{8,}/B[0-9A-Z]{8,}/\w{20,}"
    r"|\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2id?|pbkdf2[\w-]*)\$[\w./$=,*+-]{8,}"
    r"|\{(?:S?SHA\d*|S?MD5|CRYPT|SHA\d+-CRYPT|PBKDF2[\w-]*|PLAIN|CLEARTEXT)\}[^\s\"']{4,}"
)
# Commands, and the option or place of a password; ~ stands for what separates two words.
COMMANDS = (
    (r"(?:mysql|mariadb|mydumper|xtrabackup|innobackup)[\w-]*", r"-p(?=[^~])"),
    (r"mysqladmin", r"password~+"),
    (r"sshpass", r"-p~*"),
    (r"ldap\w+", r"-w~*"),
    (r"redis-cli", r"-a~*"),
    (r"mongo\w*|docker|podman|buildah|skopeo|helm", r"-p~*"),
    (r"curl", r"""(?:-[uU]~*|--(?:proxy-)?user(?:=|~+))(?=["']?[^:~]+:)"""),
    (r"snmp\w+", r"-[cAX]~*"),
    (r"ipmitool|sqlcmd|unzip|zip", r"-P~*"),
    (r"7z[ar]?", r"-p(?=[^~])"),
    (r"smbclient|rpcclient", r"""-U~*(?=["']?[^%~]+%)"""),
    (r"lftp", r"-u~*(?=[^,~]+,)"),
    (r"htpasswd", r"-\w*b\w*~+[^~]+~+[^~]+~+"),
    (r"useradd|usermod", r"-p~*"),
    (r"rabbitmqctl", r"(?:add_user|change_password)~+[^~]+~+"),
    (r"sqlplus|expdp|impdp|rman|sqlldr", r"(?=[^/@~]+/[^/@~]+)"),
)
HINTS = (
    ("my", "maria", "xtrabackup", "innobackup", "sshpass", "ldap", "redis", "mongo", "docker")
    + ("podman", "buildah", "skopeo", "helm", "curl", "snmp", "ipmi", "sqlcmd", "zip", "7z")
    + ("client", "lftp", "htpasswd", "user", "rabbit", "sqlplus", "sqlldr", "dp", "rman")
)  # type: tuple[str, ...]
NAME = r"(?<![\w.-])(?P<name>[\w.-]+)"
ALONE = r"(?m)^[\s#;/*\"'-]*(?:[^\s=:]+[ \t]+){0,4}?" + NAME + r"[\"']?"
# Of a URL; it may be empty, and digits and a slash behind it are a port.
USER = r"://[^\s/:@\[\]\"'<>?#]{0,200}:(?!\d{1,5}/)"
# Settings of well-known programs that separate name and value with blanks.
FIELDS = (
    r"requirepass|masterauth|rootpw|bindpw|rootbindpw|auth_pass|ldap_default_authtok|tls_key_?pass"
    r"|r[ow]community6?|trapcommunity|snmp-server community|com2sec6?(?:\s+-Cn\s+\S+)?\s+\S+\s+\S+"
)
USERS = r"createUser(?:\s+-e\s+\S+)?\s+\S+\s+\S+"


def _always(match):
    # type: (Any) -> bool
    return not is_harmless("", match.string[match.end() :][:80])


def _named(match):
    # type: (Any) -> bool
    name = match.group("name")
    tagged = name == "PASSWD" and ":" in match.group(0)  # of sudoers: PASSWD: /bin/ls
    secret = is_secret(name) and not tagged
    return secret and not is_harmless(name, match.string[match.end() :][:80])


def _rule(pattern, value=VALUE, is_meant=_always):
    # type: (str, Pattern[str], Callable[[Any], bool]) -> Rule
    return re.compile(pattern), is_meant, value


def _command(name, option, blank, value):
    # type: (str, str, str, Pattern[str]) -> Rule
    inside = blank.strip("[]")
    option = option.replace("[^", "[^\n").replace("~]", inside + "]").replace("~", blank)
    start = r"(?:^|(?<=[\s\0/;|&(\"'`]))"
    between = r"%s+(?:[^\n|;&]{0,2000}?%s)??" % (blank, blank)
    return _rule(start + r"(?:%s)" % name + between + option, value)


NAMED = (
    # A setting alone on its line; then anywhere, also as JSON, PHP, XML, or an option.
    _rule(ALONE + r"(?:[ \t]+(?:=(?!>)|:)|:(?=[ \t])|=(?=[ \t]))[ \t]*(?![\"'\s])", LINE, _named),
    _rule(NAME + r"[\"']?\s*(?:=>|[=:])\s*(?=\S)", VALUE, _named),
    _rule(NAME + r"[\"']\s*,\s*(?=[\"'])", VALUE, _named),
    _rule(r"<(?P<name>[\w.:-]{1,80})(?:\s[^<>]{0,200})?>", ELEMENT, _named),
    _rule(r"(?<![\w-])--?(?P<name>\w[\w.-]*)[ \t]+(?![-|;&<>])", VALUE, _named),
)
URLS = (
    _rule(USER, BEFORE_AT),
    _rule(r"://(?=[^\s/:@]{20,200}@)", BEFORE_AT),  # a token instead of a user
)
OTHERS = (
    _rule(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----", KEY_BLOCK),
    _rule(r":om(?:mysql|pgsql):[^,\s]*,[^,\s]*,[^,\s]*,"),  # rsyslog: server, database, user
    _rule(r"jdbc:oracle:\w+:[^\s/:@]+/", BEFORE_AT),
    _rule(
        r"(?i)(?<![a-z])authorization[\"']?\s*[:=,]\s*[\"']?"
        r"(?:(?:basic|bearer|digest|token|apikey|negotiate|ntlm|aws4-hmac-sha256)\s+)?(?=\S)"
    ),
    _rule(r"(?i)(?<![a-z])bearer\s+(?=[\w.~+/=-]{16})"),
    _rule(r"(?i)\bidentified\s+(?:with\s+\S+\s+)?by\s+(?:password\s+)?(?=[\"'])"),
    _rule(r"(?i)\bmachine\s+\S+\s+login\s+\S+\s+password\s+"),
    _rule(r"(?im)^[\s#;]*(?:%s)[ \t]+" % FIELDS),
    _rule(r"(?im)^[\s#;]*(?:%s)[ \t]+" % USERS, LINE),
)
# Rules with the words of which a text in small letters has one, or they say nothing of it.
TEXT = (
    (("://",), URLS),
    (("pass", "pw", "secret", "credential", "token", "key", "psk", "community", "auth"), NAMED),
    (
        (
            "private",
            "oracle",
            ":om",
            "auth",
            "bearer",
            "ident",
            "login",
            "pass",
            "pw",
            "com",
            "user",
        ),
        OTHERS,
    ),
    (HINTS, tuple(_command(name, option, BLANK, VALUE) for name, option in COMMANDS)),
    (("",), (_rule(r"(?<![A-Za-z0-9])(?=[$ATegxrsnh{])", SHAPE),)),
)  # type: tuple[tuple[tuple[str, ...], tuple[Rule, ...]], ...]
WORDS = (
    _rule(r"(?:^|(?<=\0))--?(?P<name>\w[\w.-]*)\0(?!-)", WORD, _named),
    _rule(r"(?:^|(?<=\0))-{0,2}(?P<name>\w[\w.-]*)=", WORD, _named),
    _rule(r"(?:^|(?<=\0))[\w.=+-]*" + USER, re.compile(r"[^\0]*(?=@)")),
) + tuple(_command(name, option, r"\0", WORD) for name, option in COMMANDS)
