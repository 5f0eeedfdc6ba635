#!/bin/sh -eu
# Runs in the chroot once packages and files are in place.
postconf -e mydestination='mail.example.org, localhost' myhostname=mail.example.org \
    mailbox_command= home_mailbox=Maildir/ inet_interfaces=all
echo 'mail_location = maildir:~/Maildir' > /etc/dovecot/conf.d/99-local.conf
useradd --create-home --shell /bin/bash clerk
echo 'clerk:n0t-a-real-passw0rd' | chpasswd
