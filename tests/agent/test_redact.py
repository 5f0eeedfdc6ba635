"""No secret survives, nothing else changes, and hiding twice hides no more."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent.redact import MARK, redacted, redacted_value, redacted_words, reveals
from migrator.agent.redact.names import is_secret

# {} stands for the secret: as text of a file, a script, a URL.
TEXTS = [
    "mysql -u root -p{} shop",
    "mysqldump --all-databases -p{} > /backup/all.sql",
    'sh -c "mysqladmin -uroot -p{}" && ls',
    "mysqladmin -u root password {}",
    "app --password {} --port 80",
    "app --db-password={} --port 80",
    "java -Djavax.net.ssl.keyStorePassword={} -jar app.jar",
    "sshpass -p {} ssh backup@nas",
    "sshpass -p{} rsync /a b:",
    "curl -u bob:{} http://x:8080/a@b",
    "curl -H 'Authorization: Bearer {}' http://x",
    "redis-cli -h r -a {} ping",
    "ldapsearch -x -D cn=a -w {} -b dc=x",
    "snmpget -v2c -c {} switch sysName",
    "sqlplus scott/{}@db",
    "DB_PASSWORD={} /usr/bin/app --port 80",
    "export API_TOKEN={}",
    "Environment=LANG=C AWS_SECRET_ACCESS_KEY={} A=b",
    "psql postgres://shop:{}@db:5432/shop?x=1",
    "amqp://:{}@mq/",
    "http://x/hook?token={}",
    "jdbc:oracle:thin:scott/{}@db:1521:x",
    "//nas/share /mnt cifs username=a,password={},uid=0 0 0",
    '{{"user": "x", "password": "{}", "port": 1}}',
    "define( 'DB_PASSWORD', '{}' );",
    "    'db_pass' => '{}',",
    "<bind><password>{}</password></bind>",
    "    password: {}",
    "bind password = {} {}",
    "requirepass {}",
    "*.* :ommysql:db,syslog,rsyslog,{}",
    "rocommunity {} 10.0.0.0/8",
    'createUser bob MD5 "{}" DES "{}"',
    "CREATE USER a@b IDENTIFIED BY '{}'",
    "machine h login u password {}",
    "psk={}",
    "-----BEGIN RSA PRIVATE KEY-----\n{}\n{}\n-----END RSA PRIVATE KEY-----",
]
WORDS = [
    ["mysql", "-u", "root", "-p{}"],
    ["/usr/bin/java", "-Dx.password={}", "-jar", "a"],
    ["app", "--password", "{}", "--port", "80"],
    ["app", "--token={}"],
    ["sh", "-c", "cd /; sshpass -p {} ssh nas; ls"],
    ["curl", "-u", "bob:{}", "http://x"],
    ["env", "DB_PASSWORD={}", "app"],
    ["python", "worker.py", "redis://:{}@r/0"],
]
# What merely speaks of secrets, or looks a little like one.
ORDINARY = [
    "passwd: files sss",
    "ops ALL=(ALL) NOPASSWD: ALL",
    "ops ALL = PASSWD: /bin/ls",
    "password required pam_unix.so try_first_pass",
    "password [success=1 default=ignore] pam_unix.so obscure",
    "PasswordAuthentication yes",
    "PASS_MAX_DAYS\t99999",
    "//nas/share /mnt cifs credentials=/etc/samba/cred,uid=0 0 0",
    "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd",
    "backup --password-file /root/.pw --ask-pass",
    "PGPASSWORD=$DB_PASS psql -h db",
    'SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1',
    'cloudflare[cfuser="%(cfemail)s", cftoken="%(cfapikey)s"]',
    "mysql -p${MYSQL_PW} shop",
    "PWD=/root OLDPWD=/",
    'SetEnvIf ^Authorization$ "(.+)" HTTP_AUTHORIZATION=$1',
    "ProxyPass /app http://127.0.0.1:8080/app",
    "proxy_pass http://backend:8080/a@2x.png;",
    "LoadCredential=tls:/etc/tls.key",
    "Forward Password Requests to Wall",
    "mysql -P 3306 -u root",
    "http://[::1]:80/x@y https://host:8443/@scope/name ssh://git@host/x",
    "rsync --compress --bypass=1 compass=2",
]
SECRETS = st.text(string.ascii_letters + string.digits + "!#%&*+,.;=?^_|~/(){}", min_size=6).filter(
    lambda text: text[0].isalpha() and not is_secret(text)
)


@pytest.mark.parametrize("text", TEXTS)
@given(secret=SECRETS)
def test_no_secret_survives_in_text(text: str, secret: str) -> None:
    shown = redacted(text.format(*[secret + "Q9"] * 2))
    assert secret + "Q9" not in shown
    assert MARK in shown
    assert redacted(shown) == shown


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@given(secret=SECRETS, blank=st.sampled_from(["", "a b", "'"]))
def test_no_secret_survives_in_arguments(words: list[str], secret: str, blank: str) -> None:
    script = words[0] == "sh"
    secret += "" if script else blank + "Q9"
    shown = redacted_words([word.format(secret) for word in words])
    assert len(shown) == len(words)
    assert secret not in "\n".join(shown)
    assert redacted_words(shown) == shown


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text
    assert not reveals(text)
    assert redacted_words(text.split(" ")) == text.split(" ")


@given(st.text(string.ascii_lowercase + string.digits + " \t\n/._", max_size=200))
def test_ordinary_text_stays_byte_for_byte(text: str) -> None:
    if not is_secret(text):
        assert redacted(text) == text


@given(st.text(max_size=200))
def test_hiding_twice_hides_no_more(text: str) -> None:
    shown = redacted(text)
    assert redacted(shown) == shown
    assert len(shown) <= len(text) + len(MARK) * shown.count(MARK)


@given(st.lists(st.sampled_from([*TEXTS, *ORDINARY, "\n", '"', "'", " ", "="]), max_size=4))
def test_mixtures_are_stable(pieces: list[str]) -> None:
    shown = redacted("".join(pieces))
    assert redacted(shown) == shown


def test_a_value_goes_by_its_name() -> None:
    assert redacted_value("DB_PASSWORD", "a b") == MARK
    assert redacted_value("PATH", "/bin:/sbin") == "/bin:/sbin"
    assert redacted_value("PASSWORD_FILE", "/etc/x") == "/etc/x"
    assert redacted_value("URL", "redis://:x@h") == f"redis://:{MARK}@h"
    assert redacted_value("PASSWORD", "") == ""


@pytest.mark.parametrize("text", ["-----BEGIN PRIVATE KEY-----", "a" * 200_000, "mysql " * 20_000])
def test_long_text_takes_no_time(text: str) -> None:
    assert redacted(text * 2)
