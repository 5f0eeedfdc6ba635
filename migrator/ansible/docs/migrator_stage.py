"""What ansible-doc says of the action plugin; the work is in ../action/migrator_stage.py."""

DOCUMENTATION = """
module: migrator_stage
short_description: Run one stage of a migration into a rich container
description:
  - Runs a stage for the task's host. The roles of the same names do this; use the module where a
    role does not fit.
  - The stages discover and snapshot connect to the host, launch and verify to the host that
    C(delegate_to) names, sync, cutover and rollback to the host and to C(target), the others work
    on the controller alone. Assess asks the host that
    C(delegate_to) names as its target, if there is one.
  - Hosts need Python 2.7 or later (sources) or 3.6 or later (targets); Ansible's own modules are
    not used on them, and nothing is written to a source before its cutover.
options:
  stage:
    description: The stage.
    type: str
    required: true
    choices: [discover, assess, plan, snapshot, build, launch, verify, sync, cutover, rollback]
  work:
    description: Directory of the controller that holds the results of all stages.
    type: path
    default: work
  refresh:
    description: Do it anew although a result exists (discover, snapshot).
    type: bool
    default: false
  choices:
    description:
      - Decisions laid over plan.yml, with the same keys as there (plan). Their C(waivers) count
        before there is a plan (assess).
    type: dict
    default: {}
  root:
    description:
      - Where the host's disk is mounted on the machine that the task reaches (discover, snapshot).
    type: str
    default: /
  rules:
    description: Directory with rules of the user's own, beside the built-in ones (assess, verify).
    type: str
    default: ""
  fail_on:
    description:
      - Fail when a finding of this level or above is not waived (assess). One of C(info),
        C(warning), C(risk), C(overridable) and C(blocker).
      - Fail at points that are C(different), or also at C(explained) ones, or at C(nothing)
        (verify).
    type: str
    default: ""
  target:
    description:
      - Inventory name of the host that the container is for (assess, sync, cutover, rollback).
    type: str
    default: ""
  limits:
    description:
      - How gently the host is read (discover, snapshot). Keys are C(bandwidth), bytes a second such
        as C(10M), C(nice) from 0 to 19, and C(idle_io), to read its disks only when nobody else
        does.
    type: dict
    default: {}
  until:
    description: The step after which it stops (cutover).
    type: str
    default: ""
  resume:
    description: Go on where an earlier run stopped (cutover).
    type: bool
    default: false
  at:
    description: When to begin, by the controller's clock, such as C(2026-03-01T02:00) (cutover).
    type: str
    default: ""
  max_downtime:
    description: Make passes until a cutover would be down for at most so many seconds (sync).
    type: int
    default: 0
  without_target:
    description: The target is gone for good, take back only what is elsewhere (rollback).
    type: bool
    default: false
attributes:
  check_mode:
    description: Nothing is changed; the message says what would be.
    support: full
  diff_mode:
    description: Launch shows what would change on the target.
    support: full
author: The migrator authors
"""

EXAMPLES = """
- name: Read what the host is
  migrator_stage:
    stage: discover

- name: Start the rich container on box1
  migrator_stage:
    stage: launch
  delegate_to: box1.example.org
"""

RETURN = """
result:
  description:
    - What the stage found or did, by stage. Of assess, C(fit), the ids of C(findings) and of those
      that are C(waived), and C(counts) by level.
  returned: success
  type: dict
told:
  description: What was done, sentence by sentence (sync, cutover, rollback).
  returned: always
  type: list
exit_code:
  description: The stable number of an expected error, as the command line would exit with.
  returned: failure
  type: int
"""
