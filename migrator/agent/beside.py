"""Some subjects in a process of their own, beside the others: they take the longest."""

from __future__ import absolute_import, division, print_function

import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from migrator.agent.host import Host


class Beside(object):
    """``read_it`` gives subjects by name; what it notes on ``host`` comes along."""

    def __init__(self, host, read_it):
        # type: (Host, Callable[[], dict[str, Any]]) -> None
        self.host = host
        answer, end = os.pipe()
        self.child = os.fork()
        if self.child:
            os.close(end)
            self.answer = os.fdopen(answer, "rb")
            return
        try:
            os.close(answer)
            said = {"subjects": read_it(), "unparsed": host.unparsed, "failures": host.failures}
            said["denied"] = sorted(host.denied)
            with os.fdopen(end, "wb") as pipe:
                pipe.write(json.dumps(said).encode("ascii"))
        finally:  # never back into what the parent does
            os._exit(sys.exc_info()[0] is not None)

    def subjects(self):
        # type: () -> dict[str, Any]
        """Waits for the child. Raises ValueError when it died."""
        with self.answer:
            text = self.answer.read()
        os.waitpid(self.child, 0)
        said = json.loads(text.decode("ascii"))  # type: dict[str, Any]
        self.host.unparsed.extend(said["unparsed"])
        self.host.failures.extend(said["failures"])
        self.host.denied.update(said["denied"])
        subjects = said["subjects"]  # type: dict[str, Any]
        return subjects
