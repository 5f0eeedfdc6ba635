"""What each verb's help shows below its options, where its own module has none."""

from __future__ import annotations

Examples = tuple[tuple[str, str], ...]  # a command without "migrator", what it does
COLUMN = 40  # where the second begins

EXAMPLES: dict[str, Examples] = {
    "discover": (
        ("discover web01", "read web01 into work/web01/facts.json"),
        ("discover sources --gentle", "all of a group, each behind whatever else runs there"),
        ("discover old --root /mnt/old", "a host of which only the disk is left"),
    ),
    "assess": (
        ("assess web01", "can it move, and what stands in the way"),
        ("assess web01 -i", "decide about it on this terminal"),
        ("assess web01 --target box1", "and whether box1 can take it"),
        ("assess sources --output all.html", "a group as one page; also .csv .md .xml .sarif"),
        ("assess sources --fail-on risk", "in a pipeline: exit with 10 if one has a risk"),
    ),
    "plan": (
        ("plan web01", "propose work/web01/plan.yml; what you edited there stays"),
        ("plan sources --check", "say what would change, write nothing"),
    ),
    "snapshot": (
        ("snapshot web01", "take its file system into the store"),
        ("snapshot web01 --bandwidth 10M", "with at most 10 MB a second"),
        ("snapshot web01 --refresh", "again: only what changed is sent"),
    ),
    "build": (
        ("build web01", "make the image, its hooks and its SBOM"),
        ("build web01 --diff", "and show each change of the tree as a patch"),
    ),
    "launch": (
        ("launch web01", "start it on its migrator_target, jobs held"),
        ("launch web01 --target box1 --check", "say what would change on box1"),
        ("launch web01 --explain", "why it has each capability and device"),
    ),
    "verify": (
        ("verify web01", "compare the container with the host; 11 if they differ"),
        ("verify web01 --fail-on explained", "fail at what has a reason as well"),
    ),
    "sync": (
        ("sync web01", "bring what changed to the target, the source serves on"),
        ("sync web01 --max-downtime 30", "until a cutover would take at most 30 seconds"),
    ),
    "cutover": (
        ("cutover web01 --dry-run", "say what would be done, step by step"),
        ("cutover web01", "stop the source, go on with the target"),
        ("cutover web01 --until hold", "stop after that step, for a look"),
        ("cutover web01 --resume", "and go on"),
        ("cutover sources --at 2027-03-01T02:00", "at that time, by this machine's clock"),
    ),
    "rollback": (
        ("rollback web01", "the old host serves again"),
        ("rollback web01 --without-target", "also when the target is gone for good"),
    ),
    "status": (("status web01", "what of it is on its target, and how it is"),),
    "stop": (("stop web01", "stop it in order, and keep it"),),
    "start": (("start web01", "start it again"),),
    "restart": (("restart web01", "stop it and start it"),),
    "upgrade": (("upgrade web01", "to the image built last; back if it does not come up"),),
    "remove": (("remove web01", "take it off its target"),),
    "logs": (("logs web01 --lines 20 --follow", "what its unit said last, and go on"),),
    "exec": (("exec web01 systemctl --failed", "run a command in it, with its exit status"),),
    "shell": (("shell web01", "a login in it, on this terminal"),),
    "store ls": (("store ls --json", "images, layers and sizes for a program"),),
    "store verify": (("store verify --rebuild", "make the index anew, then read every byte"),),
    "store gc": (("store gc --check", "say what no host needs any more"),),
    "store export": (
        ("store export web01 web01.tar", "for podman load or skopeo"),
        ("store export --all web01 web01.tar", "with all that a launch from elsewhere needs"),
    ),
    "store import": (
        ("store import web01.tar", "then: migrator launch web01"),
        ("store import theirs.tar web02", "an archive of somebody else, by that name"),
    ),
}


def text(verb: str) -> str:
    """None of it for a verb that has no row."""
    rows = [_row(f"  migrator {command}", words) for command, words in EXAMPLES.get(verb, ())]
    return "\n".join(["examples:", *rows]) if rows else ""


def _row(command: str, words: str) -> str:
    """A command that is too long has its words below it."""
    gap = "\n" + " " * COLUMN if len(command) > COLUMN - 2 else " " * (COLUMN - len(command))
    return f"{command}{gap}{words}"
