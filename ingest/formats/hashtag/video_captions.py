"""The #words of captions, of which exports cut the long ones."""

import polars as pl

from ingest.formats.hashtag.video_tags import without_references

_WORD = r"[#\uff03][\p{L}\p{M}\p{N}_\x{200c}\x{200d}\x{fe0f}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]+"
_NO_WORDS = r"(?i)https?://\S+|&#?\w+;"
_ELLIPSIS, _LAST = r"(?:\u2026|\.\.\.)$", r"[#\uff03][^\s#\uff03]*$"
_SHORTEST_CUT, _FEWEST_CUT = 40, 3
_ROUND = (255, 256)


def words_of(captions: pl.Series) -> pl.Series:
    """The #words of each caption, as lists.

    Links hold none, and character references are the signs that they stand for. The last word of a caption that was cut is none,
    unless another caption has it.
    """
    captions = without_references(captions)
    longest = cut_at(captions)
    if longest is None:
        return _words(captions)
    is_cut = captions.str.len_chars() == longest
    ends = captions.str.replace(_ELLIPSIS, "").str.extract(f"({_LAST})").str.to_lowercase()
    before = captions.str.replace(_ELLIPSIS, "").str.replace(_LAST, "")
    known = _words(pl.concat([before.filter(is_cut), captions.filter(~is_cut)])).explode().str.to_lowercase()
    is_part = (is_cut & ~ends.is_in(known.drop_nulls().unique().implode())).fill_null(value=False)
    return _words(before.zip_with(is_part, captions))


def cut_at(captions: pl.Series) -> int | None:
    """The number of letters that an export leaves of a caption; None where it leaves all.

    Several captions of one length, the greatest, are cut where that is a round number, or where all of them end in three dots.
    """
    lengths = captions.str.len_chars()
    longest = lengths.max()
    if not isinstance(longest, int) or longest < _SHORTEST_CUT:
        return None
    longest_ones = captions.filter(lengths == longest).unique()
    is_round = longest % 10 == 0 or longest in _ROUND
    is_cut = is_round or longest_ones.str.contains(_ELLIPSIS).all()
    return longest if is_cut and len(longest_ones) >= _FEWEST_CUT else None


def _words(captions: pl.Series) -> pl.Series:
    return captions.str.replace_all(_NO_WORDS, " ").str.extract_all(_WORD)
