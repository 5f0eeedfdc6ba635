#!/bin/sh -eu
# Passwords are made for tests and mean nothing anywhere else.
for name in ops auditor terminal guest doer typist; do
    useradd --create-home --shell /bin/bash "$name"
    echo "$name:correct horse" | chpasswd
done
echo 'root:battery staple' | chpasswd
echo 'echo "welcome back" # a start file that prints' >> /home/guest/.bashrc
cat > /etc/sudoers.d/logins <<'END'
ops ALL=(ALL) NOPASSWD: ALL
auditor ALL=(ALL) ALL
Defaults:terminal requiretty
terminal ALL=(ALL) NOPASSWD: ALL
END
chmod 0440 /etc/sudoers.d/logins
cat > /etc/doas.conf <<'END'
permit nopass doer
permit typist
END
