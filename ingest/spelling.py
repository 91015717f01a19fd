"""Names and ids in one spelling, however keyboards and tools write them: what is spelt alike is one.

Expressions in, expressions out. Counts, durations and hashtags are read in `ingest.text`.
"""

import polars as pl

DIRECTIONS = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""Marks of the direction of writing."""
INVISIBLE = "[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0e\ufe0f\ufeff]"
DIGITS = {chr(base + digit): str(digit) for base in (0x0660, 0x06F0) for digit in range(10)}
"""Arabic-Indic and Persian digits, and ours."""


_PLAIN = r"^[!-~\x1c-\x1f]+$"
"""Letters that are spelt in one way, and the separators that we put between them."""


def bare(text: pl.Expr) -> pl.Expr:
    """Text without what nobody sees: direction marks, joiners, byte order marks, white space around it."""
    return text.cast(pl.String()).str.replace_all(INVISIBLE, "").str.strip_chars()


def spelling(text: pl.Expr) -> pl.Expr:
    """A name or an id in the one spelling by which it is told from others.

    It has single blanks of one kind, nothing invisible, letters in one Unicode form and European digits; NULL where nothing is left.
    """
    return text.map_batches(_spelt, return_dtype=pl.String())


def _spelt(texts: pl.Series) -> pl.Series:
    if not texts.is_empty() and texts.str.contains(_PLAIN).all():
        return texts
    frame = texts.to_frame("written")
    one = bare(pl.col("written")).str.replace_all(r"\s+", " ").str.normalize("NFC").str.replace_many(DIGITS)
    spelt = frame.unique().with_columns(one.replace("", None).alias("spelt"))
    return frame.join(spelt, on="written", how="left", nulls_equal=True, maintain_order="left")["spelt"].alias(
        texts.name
    )
