"""One reader per delivered file format. A reader turns a delivery's files into the tables of its source; it writes nothing."""
