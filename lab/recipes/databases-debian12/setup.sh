#!/bin/sh -eu
# Runs in the chroot once packages and files are in place.
useradd --system --home-dir /var/lib/numbers numbers
systemctl enable numbers.service
