"""One reader per delivered file format, in a folder for each source; beside them what formats of several sources share.

A reader turns the files of a delivery into the tables of its source; it writes nothing.
"""
