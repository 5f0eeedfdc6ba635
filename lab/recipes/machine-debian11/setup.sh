#!/bin/sh -eu
# Runs in the chroot once packages and files are in place.
useradd --create-home --shell /bin/bash ops
mkdir -p /var/lib/systemd/linger /home/ops/.config/systemd/user/default.target.wants
touch /var/lib/systemd/linger/ops
ln -s ../own.service /home/ops/.config/systemd/user/default.target.wants/own.service
chown -R ops:ops /home/ops/.config
truncate -s 16M /swapfile
chmod 0600 /swapfile
ssh-keygen -A
for level in 2 3 4 5; do # update-rc.d wants a header
    ln -s ../init.d/plain /etc/rc$level.d/S99plain
done
for level in 0 1 6; do
    ln -s ../init.d/plain /etc/rc$level.d/K01plain
done
systemctl enable serial-getty@ttyS0.service quick.service apart.service dynamic.service \
    srv-disk.mount swapfile.swap echo.socket
