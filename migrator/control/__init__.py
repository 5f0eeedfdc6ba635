"""Control: the one program of ours that changes a source, in a cutover and its rollback alone.

Python 2.7 and 3.4+, standard library only. What it leaves there on purpose are conditions and a
marker that survive a reboot; ``free`` removes all of it.
"""
