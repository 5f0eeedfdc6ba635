"""The interactive report: assessments are browsed, and the plan's decisions made, on a terminal.

``desk`` and ``views`` know nothing of the terminal; ``app`` shows what they say.
"""
