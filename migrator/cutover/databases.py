"""Scripts that make a database ready for its stop, rendered from templates/databases."""

from __future__ import annotations

from pathlib import Path

from migrator.errors import PlanInvalid
from migrator.hooks.templates import environment
from migrator.plan import Database
from migrator.plan.cutover import KNOWN

DUMPS = "/var/backups/migrator"  # on the source, so that dumps move along
PATIENCE = 60  # seconds for what is in memory to reach the disk


def script(name: str, choice: Database) -> str:
    """Raises PlanInvalid for a database that is neither known nor has a script."""
    if choice.script:
        try:
            return Path(choice.script).read_text()
        except OSError as error:
            message = f"the script {choice.script} of {name} cannot be read ({error.strerror})"
            raise PlanInvalid(message, "correct the plan's cutover.databases") from error
    if name not in KNOWN:
        raise PlanInvalid(
            f"nothing is known of the database {name}",
            f"give it a script in the plan's cutover.databases; known are {', '.join(KNOWN)}",
        )
    template = environment().get_template(f"databases/{name}.sh.j2")
    return template.render(
        action=choice.action, files=sorted(choice.files), place=DUMPS, patience=PATIENCE
    )
