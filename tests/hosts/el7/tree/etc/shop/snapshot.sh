#!/bin/sh
xfs_freeze -f /data; lvcreate -s -n snap -L1G /dev/mapper/vg0-data; xfs_freeze -u /data
blkid -U 6C2BA2E4-7A5D-4A38-A0D3-9F3E0A1B2C3D
