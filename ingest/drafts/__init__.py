"""What a file of each source may be: its first rows turned into notes to be tried. Nothing is decided here.

Which draft fits is found out by `ingest.inspection`, which reads the file with each.
"""
