"""The agent: reads a source host and changes nothing.

Python 2.7 and 3.4+, standard library only.
"""
