"""The runtime: brings a rich container into the wanted state on a target.

Python 3.6+, standard library only.
"""
