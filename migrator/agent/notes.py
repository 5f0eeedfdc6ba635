"""What a subject could not understand or could not read, kept beside the facts."""

from __future__ import absolute_import, division, print_function


class Notes(object):
    def __init__(self):
        # type: () -> None
        self.unparsed = []  # type: list[dict[str, str]]
        self.failures = []  # type: list[dict[str, str]]

    def strange(self, subject, where, raw):
        # type: (str, str, str) -> None
        self.unparsed.append({"subject": subject, "where": where, "raw": raw})

    def failed(self, subject, message):
        # type: (str, str) -> None
        self.failures.append({"subject": subject, "message": message})
