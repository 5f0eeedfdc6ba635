"""What a step is: look, do, undo; and what a person does where undoing fails."""

from __future__ import annotations

from typing import Any, ClassVar

from migrator.cutover.scene import Scene

Row = dict[str, Any]


class Step:
    """``check`` changes nothing: it raises where the step cannot be done, and gives what ``undo``
    will need. It is in the journal before ``do`` begins. Both ``do`` and ``undo`` can be repeated.
    """

    name: ClassVar[str]
    where: ClassVar[str]  # controller | source | target: whom it changes
    undoing: ClassVar[str] = "nothing to take back"

    def check(self, scene: Scene) -> Row:
        return {}

    def do(self, scene: Scene, before: Row) -> Row:
        """What came of it; ``said`` is the sentence for people."""
        raise NotImplementedError

    def undo(self, scene: Scene, before: Row) -> str:
        """What was taken back, a sentence; "" for nothing."""
        return ""

    def intent(self, scene: Scene, before: Row) -> str:
        """What it would do."""
        raise NotImplementedError

    def by_hand(self, scene: Scene, before: Row) -> str:
        """What a person has to do where ``undo`` fails; "" for nothing."""
        return ""
