"""The services that are known by name, a module for each sort of them."""

from __future__ import absolute_import, division, print_function

from migrator.agent.services.known import (
    databases,
    guards,
    local,
    mail,
    management,
    monitoring,
    network,
    web,
)

MODULES = (databases, web, mail, network, local, monitoring, management, guards)
KINDS = tuple(kind for module in MODULES for kind in module.KINDS)
