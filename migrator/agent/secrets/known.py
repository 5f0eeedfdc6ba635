"""Files that are made to hold secrets: where they lie, and what must be in them to be meant."""

from __future__ import absolute_import, division, print_function

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Pattern

    Known = tuple[Pattern[str], Pattern[bytes], str, str]

PASSWORD = r"(?im)^[^#\n]*(?:password|passwd|auth_?token|secret|auth\b|token)"
FILLED = r"(?m)^[^#\s]"
HASHES = r"(?m)^[^:#\s]+:[^:\s]{8,}"
COLONS = r"(?m)^(?!#)(?:[^:\n]*:){4}[^\n]"

# (end of the path, what the content has, kind, what it is)
TABLE = tuple(
    (re.compile("(?:%s)$" % path), re.compile(content.encode("ascii")), kind, detail)
    for path, content, kind, detail in (
        (r"^/etc/g?shadow-?|^/etc/security/opasswd", r":", "shadow", ""),
        (r"/\.pgpass", COLONS, "password-file", "PostgreSQL"),
        (
            r"/\.?my\.cnf|/mysql/debian\.cnf",
            r"(?im)^\s*password\s*=\s*\S",
            "password-file",
            "MySQL",
        ),
        (r"/\.mylogin\.cnf", r"", "password-file", "MySQL"),
        (r"/[._]netrc", r"password\s", "password-file", "netrc"),
        (r"/\.git-credentials", r"://", "password-file", "git"),
        (r"/[\w.-]*htpasswd|/\.htdigest", HASHES, "password-file", "hashes of web users"),
        (r"/\.aws/credentials|/\.boto", r"(?i)secret_access_key", "password-file", "AWS"),
        (r"/\.docker/config\.json|/containers/auth\.json", r'"auth"', "password-file", "registry"),
        (r"/\.dockercfg", r'"auth"', "password-file", "registry"),
        (
            r"/gcloud/(?:credentials\.db|access_tokens\.db|application_default_credentials\.json)",
            r"",
            "store",
            "Google Cloud",
        ),
        (
            r"/\.azure/(?:accessTokens\.json|msal_token_cache\.\w+|service_principal_entries\.\w+)",
            r"",
            "store",
            "Azure",
        ),
        (r"/\.s3cfg", r"secret_key\s*=\s*\S", "password-file", "S3"),
        (
            r"/\.pypirc|/\.gem/credentials|/\.npmrc|/\.yarnrc(?:\.yml)?",
            PASSWORD,
            "password-file",
            "package registry",
        ),
        (r"/\.m2/settings(?:-security)?\.xml", r"<(?:password|master)>", "password-file", "Maven"),
        (r"/apt/auth\.conf(?:\.d/[^/]+)?", r"password\s", "password-file", "apt"),
        (
            r"/\.kube/config|/kubernetes/[\w.-]+\.conf|/k3s\.yaml",
            r"client-key-data|token:|password:",
            "password-file",
            "Kubernetes",
        ),
        (r"\.tfstate(?:\.backup)?", r'"terraform_version"', "store", "Terraform state"),
        (r"/\.?vault[_-]?pass(?:word)?[\w.-]*|/\.vault-token", FILLED, "password-file", "vault"),
        (r"/(?:chap|pap)-secrets", FILLED, "password-file", "PPP"),
        (
            r"/system-connections/[^/]+",
            r"(?m)^(?:psk|password|wep-key\d|secret)=\S",
            "password-file",
            "NetworkManager",
        ),
        (
            r"/wpa_supplicant[\w.-]*\.conf",
            r"(?m)^\s*(?:psk|password|wep_key\d)=",
            "password-file",
            "Wi-Fi",
        ),
        (
            r"/iwd/[^/]+\.(?:psk|8021x)|/sysconfig/network-scripts/keys-[^/]+",
            FILLED,
            "password-file",
            "Wi-Fi",
        ),
        (
            r"/netplan/[^/]+\.yaml",
            r"(?m)^\s*[\"']?password[\"']?:\s*\S",
            "password-file",
            "netplan",
        ),
        (r"/(?:ldap|pam_ldap|libnss-ldap|nslcd|nss_ldap)\.secret", FILLED, "password-file", "LDAP"),
        (
            r"/ipsec\.secrets|/ipsec\.d/[^/]+\.secrets",
            r"(?m)^[^#\n]*:\s*\w",
            "password-file",
            "IPsec",
        ),
        (
            r"/sasl_passwd|/passwd\.client|/\.?msmtprc|/\.fetchmailrc|/\.mailrc",
            FILLED,
            "password-file",
            "mail relay",
        ),
        (r"/rclone\.conf", r"(?m)^(?:pass|token|secret_access_key)\s*=", "store", "rclone"),
        (r"/\.erlang\.cookie", r"", "password-file", "Erlang"),
        (r"/munge/munge\.key|/corosync/authkey", r"", "password-file", "cluster"),
        (r"/samba/private/[\w.-]*\.tdb|/samba/passdb\.tdb", r"", "store", "Samba"),
        (
            r"/jenkins[^/]*/(?:credentials\.xml|secrets/(?:master\.key|hudson\.util\.Secret))",
            r"",
            "store",
            "Jenkins",
        ),
        (
            r"/smb(?:cred\w*|passwd)|/\.smb\w*|/cifs[\w.-]*cred\w*|/\.?credentials?",
            r"(?im)^\s*password\s*=\s*\S",
            "password-file",
            "Samba",
        ),
        (r"\.keytab", r"\A\x05[\x01\x02]", "keytab", "Kerberos"),
        (r"/\.gnupg/secring\.gpg|/private-keys-v1\.d/[^/]+\.key", r"", "private-key", "OpenPGP"),
        (r"/wireguard/[\w.-]+\.conf", r"(?m)^\s*PrivateKey\s*=", "private-key", "WireGuard"),
        (r"/accounts/[^\n]+/private_key\.json", r'"kty"', "private-key", "ACME account"),
        (r"/K[\w.+-]+\.private", r"Private-key-format", "private-key", "DNSSEC"),
        (
            r"/[\w.-]+\.key(?:s|file)?|/named\.conf[\w.-]*|/ddns[\w.-]*",
            r"(?i)\bsecret\s+\"?[\w+/=]{8}",
            "password-file",
            "TSIG",
        ),
    )
)  # type: tuple[Known, ...]
