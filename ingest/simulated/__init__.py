"""The parts of the simulator, by source: an invented campaign, the files suppliers make of it, and the truth about it.

Nobody in here exists. Writing to disk lives in `ingest.simulator`.
"""
