"""The same averages and the same decisions, each in its own process: `python -m ... CONFIG`.

Everything beside `tempofit.py` runs without the project's packages, in environments of its own.
"""
