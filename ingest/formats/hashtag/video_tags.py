"""Hashtags of videos, from lists in every notation: split, cleaned, normalised, each once.

What makes two tags one is `ingest.text.normalise_hashtag`'s to say.
"""

import html
import json
import re
from urllib.parse import unquote

import polars as pl

from ingest.formats.records import distinct_texts, of_distinct
from ingest.reasons import Reason
from ingest.text import NEVER_IN_A_TAG, WIDE, nobody, normalise_hashtag, nothing

_SEPARATORS = (",", "\u060c", ";", "\u061b", "|", "\n", "\u3001")
_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_KIND = (
    r"^(?:character|c|set|frozenset|list|tuple|array|deque|List|Set|Seq|Vector|ArrayList|WrappedArray|ArrayBuffer|dict_keys|"
    r"a:[0-9]+:|%[wWiI])"
)
"""How languages call a list: Python, R, Scala, PHP, Ruby."""
_LITERAL = rf"(?s)(?:{_KIND}?[\[({{].*[\])}}]|^[A-Za-z]\w{{1,15}}[\[(]+(?:\s*['\"].*)?[\])]+)$"
_KEYS = ("hashtag_?[nN]ame", "cha_name", "name", "hashtag", "tag", "title", "text", "label", "element")
"""What objects call a tag, best first: beside its name a title may be a sentence about it."""
_COMMA = r"[,;|\u060c\u061b]"
_TYPED = r"(?s)^(\w+\([^()]*),\s*dtype=[^()]*\)$"
_TWICE_QUOTED = r'^[\[{(]\s*""[^",\]})]'
_OPENED = rf"(?:^|[\[({{,;=:\s]|\b[urb])(?:{_QUOTED})"
# A list of PostgreSQL quotes only the elements that need it.
_PARTLY_QUOTED, _ELEMENT_OF_BRACES = r"^\{[^\']*\}$", r'"(?:[^"\\]|\\.)*"|[^,{}"]+'
_OBJECT = rf"\{{\s*(?:{_QUOTED})\s*:"
_LOST = r"^\s*(?:\[object |System\.\w|\[?[Aa]rray\]?$|<(?:chr|list|character|NULL)\b)"
"""What programs write instead of a list that they do not show."""
_NO_TAGS = (
    r"^(?i:no (?:hash)?tags?|aucun(?: hashtag)?|yok|keine|sin hashtags|"
    r"\u0644\u0627 \u064a\u0648\u062c\u062f|\u0628\u062f\u0648\u0646)$"
)
"""What people write where there is none."""
_LONGEST_NOTHING = 16
_LINK = r"https?://[^\s,;|\"'<>]*?/(?:tag|tags|hashtag)/(?:(?:name|explore)/)?([^\s/?&,;|\"'<>\])]+)[^\s,;|\"'<>\])]*"
"""A link to what has a tag, with the tag."""
_MARKED = r"[#\uff03][^\s#\uff03,;|\[\]{}()\"'<>\u060c\u3001]+"
_REFERENCE = r"&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z]+);"
_APART = r"([#\uff03])\s+"
# A list in quotation marks that was cut off, as exports do with long cells; its last tag is not whole.
_CUT = r"""(?s)^(\[\s*['"].*['"]),[^,\]]*$"""
_NEXT = r"([>\])])\s*([<\[(])"
# Who writes from right to left may type the mark last.
_BEHIND = r"([^\s#\uff03,;|\[\]{}()\"'<>\u060c\u3001]+)[#\uff03]($|[\s,;|\u060c\u3001])"
_CODED = "%[0-9A-Fa-f]{2}"
_AND = r"(?:and|et|und|en|y|e|i|ve|dan|\u0648)"
_JOINED = rf"{_CODED}|^[1\u0661\u06f1][.)]|\([0-9][0-9.,]*[KkMm]?\)|</|[+~/&]|::|\s(?i:{_AND})\s"
_NUMBER = r"(?:^|(?<=[\s,;|\u060c]))[0-9]{1,2}[.)](?![0-9])\s*"
_ELEMENT = r"</?[A-Za-z][\w-]*>"
_COUNT = r"(?<!^character)\s*\([0-9][0-9.,]*[KkMm]?\)"
_SIGNS = r"\s*(?:[+~/&]|::)\s*"
_LAST_WORD = rf"(?i)(^|\S\s+|[,;\u060c\u061b]\s*){_AND}\s+(\S+)$"
_SEVERAL = r"[\w]\s*[,;|\u060c\u3001\s]\s*[#\uff03]\w|\w[,;|\u060c\u3001]\s*\w"
_NO_TAG = r"^[\p{P}\p{Sm}\p{Sc}]+$"
# Another person is mentioned, or what follows is named; signs that begin an entry or end a list that was cut.
_NOT_ALONE = r"^@.*|^.*:$|^[\p{Pd}:.*\u2022\u00b7\u2026]+|[.\u2026]+$"


def split_tags(written: pl.Series, separator: str | None = None) -> pl.Series:
    """The tags of each text of one file, as lists; NULL stays NULL, an empty text is an empty list.

    Reads list literals of Python, JSON and R, of words or of objects with a name; tags marked with #; and tags between the
    usual separators, of which those count that the file has. White space separates where nothing else does. What HTML writes
    as a character reference is the sign that it stands for, and a literal that was written as a string is read as one.
    Numbers of a list and of uses, a word such as "and" before the last tag, and percent codes of addresses are no part of a tag.
    """
    stripped = _apart(_unlinked(_decoded(_narrow(without_references(written).str.strip_chars()))))
    if stripped.str.contains(_CUT).any():
        stripped = stripped.str.replace(_CUT, "${1}]")
    stripped = stripped.str.replace(_TYPED, "${1})")
    if (is_twice := stripped.str.contains(_TWICE_QUOTED)).any():
        once = stripped.str.replace_all('""', '"', literal=True)
        stripped = once.zip_with(is_twice.fill_null(value=False), stripped)
    if stripped.str.contains(_NEXT).any():
        stripped = stripped.str.replace_all(_NEXT, "${1},${2}")
    if stripped.str.ends_with("#").any():
        stripped = stripped.str.replace_all(_BEHIND, "#${1}${2}")
    if stripped.str.contains(_APART).any():
        stripped = stripped.str.replace_all(_APART, "${1}")
    texts = pl.DataFrame({"text": stripped})
    text = pl.col("text")
    distinct = texts.select(text.drop_nulls().unique()).filter(text != "")
    if separator is not None:
        lists = text.str.split(separator)
    else:
        is_literal, is_marked = text.str.contains(_LITERAL), text.str.contains("[#\uff03]")
        found = _separators(distinct.filter(~is_literal)["text"])
        has_marks = bool(distinct.select(is_marked.any()).item())
        lists = _between(text, found, has_marks=has_marks) if found else text.str.extract_all(r"\S+")
        if has_marks:
            is_separated = text.str.contains_any(found) if found else pl.lit(value=False)
            lists = pl.when(is_marked & ~is_separated).then(text.str.extract_all(_MARKED)).otherwise(lists)
        if distinct.select(is_literal.any()).item():
            plain = pl.col("text").filter(is_literal & ~pl.col("text").str.contains(_QUOTED))
            has_commas = distinct.select(plain.str.contains(_COMMA).any()).item()
            lists = pl.when(is_literal).then(_literal(text, _COMMA if has_commas else r"\s")).otherwise(lists)
    empty = pl.lit([], pl.List(pl.String()))
    return texts.select(pl.when(text == "").then(empty).otherwise(lists).alias(written.name)).to_series()


def why_no_tags(written: pl.Series) -> pl.Series:
    """Why a text has no tags; NULL where it has some, or is empty. What says nothing is short."""
    short = pl.select(pl.when(written.str.len_bytes() <= _LONGEST_NOTHING).then(written).alias("text"))
    is_none = pl.col("text").str.strip_chars().str.contains(_NO_TAGS)
    reason = pl.when(is_none).then(pl.lit(Reason.NOT_APPLICABLE)).otherwise(nobody(pl.col("text")))
    why = of_distinct(short, {"text": [pl.when(reason != Reason.EMPTY).then(reason).alias("why")]})
    return pl.select(
        pl.when(written.str.contains(_LOST)).then(pl.lit(Reason.UNREADABLE)).otherwise(why["why"])
    ).to_series()


def without_references(written: pl.Series) -> pl.Series:
    """Texts with the signs that HTML's character references stand for."""
    has_any = written.str.contains(_REFERENCE)
    if not has_any.any():
        return written
    distinct = written.filter(has_any).unique()
    return written.replace(distinct, [html.unescape(text) for text in distinct])


def _narrow(written: pl.Series) -> pl.Series:
    """Texts with our commas, brackets and quotation marks for those as wide as a letter of Chinese."""
    return written.str.replace_many(WIDE) if written.str.contains_any([*WIDE]).any() else written


def _unlinked(written: pl.Series) -> pl.Series:
    """Texts with the tags that links lead to in the place of these links."""
    has_any = written.str.contains("://", literal=True)
    if not has_any.any():
        return written
    distinct = written.filter(has_any).unique()
    return written.replace(distinct, [re.sub(_LINK, lambda link: f"#{unquote(link[1])}", text) for text in distinct])


def _decoded(written: pl.Series) -> pl.Series:
    """Texts of which those that are a string with a list in it are the list."""
    is_string = written.str.contains(r'^"?[\[{][^"]*\\"')
    if not is_string.any():
        return written
    distinct = written.filter(is_string).unique()
    return written.replace(distinct, [_plain(text.strip('"')) for text in distinct])


def _apart(written: pl.Series) -> pl.Series:
    """Texts with commas where a number, an element of XML, a sign or a word such as "and" tells tags apart.

    A sign or a word does where nothing else is between the words of a file: a tag has neither.
    """
    is_joined = written.str.contains(_JOINED)
    if not is_joined.any():
        return written
    distinct = written.filter(is_joined).unique()
    texts = written.replace(distinct, [_without_marks_of_lists(text) for text in distinct])
    plain = texts.filter(~texts.str.contains(r"[#\uff03]|^[\[({%]|^\w{1,12}[\[({]")).unique()
    whole = pl.Series([re.sub(_LAST_WORD, r"\1,\2", text) for text in plain], dtype=pl.String())
    has_separators = whole.str.contains_any(list(_SEPARATORS)).any()
    if whole.str.contains(_SIGNS).any() and not plain.str.contains_any(list(_SEPARATORS)).any():
        signed = plain.str.replace_all(_SIGNS, ",")
        return texts if signed.str.contains(r"\s").any() else texts.replace(plain, signed)
    are_words = (
        has_separators and not whole.str.contains(r"[^\s,;|\u060c\u061b\u3001]\s+[^\s,;|\u060c\u061b\u3001]").any()
    )
    return texts.replace(plain, whole) if are_words else texts


def _without_marks_of_lists(text: str) -> str:
    """A list without what only says that it is one: percent codes, numbers before its tags, counts behind them, elements of XML."""
    decoded = unquote(text)
    if "\ufffd" not in decoded:
        text = decoded
    if re.match(r"[1\u0661\u06f1][.)]", text):
        text = re.sub(_NUMBER, "\n", text)
    if "</" in text:
        text = re.sub(_ELEMENT, "\n", text)
    return re.sub(_COUNT, "", text).strip()


def normalised(lists: pl.Series) -> pl.DataFrame:
    """`hashtags`, each once, and aligned with them `display_hashtags` as they were written; NULL where the list is.

    The lists hold texts or categories.
    """
    lengths = lists.list.len()
    # Each distinct tag is cleaned once; the rest is done on its number.
    written, codes = distinct_texts(lists.filter(lengths > 0).explode())
    display = _display(written.fill_null(""))
    hashtag = display.to_frame("display").select(normalise_hashtag(pl.col("display"))).to_series()
    same = hashtag.rank("dense").gather(codes)
    frame = _in_lists(
        pl.DataFrame({"hashtags": hashtag.gather(codes), "display_hashtags": display.gather(codes), "same": same}),
        lengths,
    )
    is_odd = frame.drop_in_place("same").list.n_unique() != lengths
    if (hashtag == "").any():
        is_odd |= frame["hashtags"].list.contains("")
    if not is_odd.any():
        return frame
    rows = frame.with_row_index("row")
    odd = rows.filter(is_odd.fill_null(value=False))
    once = (
        odd.explode("hashtags", "display_hashtags")
        .unique(["row", "hashtags"], keep="first", maintain_order=True)
        .group_by("row", maintain_order=True)
        .agg(pl.col("hashtags", "display_hashtags").filter(pl.col("hashtags") != ""))
    )
    return pl.concat([rows.filter(~is_odd.fill_null(value=False)), once]).sort("row").drop("row")


def _display(written: pl.Series) -> pl.Series:
    """Tags as they were written, without what is no part of one; empty where nothing is left."""
    return written.str.replace_all(NEVER_IN_A_TAG, "").str.replace_all(_NOT_ALONE, "").str.replace(_NO_TAG, "")


def one_tag(written: pl.Series) -> pl.DataFrame:
    """`hashtag` and `display_hashtag` of texts with one tag each; NULL where there is none, or several."""
    distinct = (
        pl.DataFrame({"tag": written.unique()})
        .with_columns(pl.col("tag").map_batches(_spelt_out, return_dtype=pl.String()).alias("written"))
        .with_columns(
            pl.when(~pl.col("written").str.contains(_SEVERAL))
            .then(pl.col("written").str.replace_all(NEVER_IN_A_TAG, "").replace("", None))
            .alias("display_hashtag")
        )
    )
    tags = distinct.with_columns(normalise_hashtag(pl.col("display_hashtag")).replace("", None).alias("hashtag"))
    return (
        pl.DataFrame({"tag": written})
        .join(tags.drop("written"), on="tag", how="left", maintain_order="left", nulls_equal=True)
        .select("hashtag", "display_hashtag")
    )


def _spelt_out(tags: pl.Series) -> pl.Series:
    """Tags without the links that lead to them, and without percent codes."""
    plain = _unlinked(_narrow(tags))
    coded = plain.filter(plain.str.contains(_CODED)).unique()
    return plain.replace(coded, [unquote(tag) for tag in coded])


def _in_lists(values: pl.DataFrame, lengths: pl.Series) -> pl.DataFrame:
    """Columns of values one after the other as lists of these lengths; NULL where the length is."""
    import pyarrow as pa

    ends = pl.concat([pl.Series([0], dtype=pl.Int64()), lengths.fill_null(0).cast(pl.Int64()).cum_sum()])
    offsets, mask = ends.to_arrow(), lengths.is_null().to_arrow()
    newest = pl.CompatLevel.newest()
    lists = [
        pa.LargeListArray.from_arrays(offsets, column.to_arrow(compat_level=newest), mask=mask) for column in values
    ]
    found = pl.from_arrow(pa.table(lists, names=values.columns))
    assert isinstance(found, pl.DataFrame)  # noqa: S101 - from_arrow says what else it may return
    return found


def _separators(texts: pl.Series) -> list[str]:
    return [mark for mark in _SEPARATORS if texts.str.contains(mark, literal=True).any()]


def _between(text: pl.Expr, separators: list[str], *, has_marks: bool) -> pl.Expr:
    """What stands between the separators; a # begins a tag too, which ends with its word."""
    first, *others = separators
    for mark in others:
        text = text.str.replace_all(mark, first, literal=True)
    if not has_marks:
        return text.str.split(first)
    parts = text.str.replace_all(r"[#\uff03]", f"{first}#").str.split(first)
    return parts.list.eval(pl.coalesce(pl.element().str.extract(r"^(#\S+)\s"), pl.element()))


def _literal(text: pl.Expr, separator: str) -> pl.Expr:
    """The elements of list literals: of objects their names, else what is quoted, else what stands between separators.

    NULL where objects do not say which of their texts is the tag.
    """
    inner = text.str.replace(_KIND, "").str.strip_chars("[](){} ")
    pairs = [rf"""['"]{key}['"]\s*:\s*(?:{_QUOTED})""" for key in (*_KEYS, "[0-9]+")]
    named = [
        pl.when(text.str.contains(pair)).then(
            text.str.extract_all(pair).list.eval(pl.element().str.extract(rf":\s*({_QUOTED})$"))
        )
        for pair in pairs
    ]
    is_told = ~text.str.contains(_OBJECT) | ~text.str.contains(rf""":\s*(?:{_QUOTED}|[\[{{])""")
    in_braces = text.str.contains(_PARTLY_QUOTED) & ~text.str.contains(_OBJECT)
    elements = text.str.extract_all(_ELEMENT_OF_BRACES).list.eval(
        pl.element().str.strip_chars().filter(nothing(pl.element()).is_null())
    )
    listed = pl.when(in_braces).then(elements).otherwise(text.str.extract_all(_QUOTED))
    quoted = pl.coalesce(*named, pl.when(is_told).then(listed))
    plain = quoted.list.eval(_unescaped(pl.element().str.replace(r"""(?s)^['"](.*)['"]$""", "${1}")))
    split = inner.str.replace_all(separator, ",").str.split(",")
    words = split.list.eval(pl.element().filter(nothing(pl.element()).is_null()).str.strip_chars(" :"))
    is_empty = (
        inner.str.contains("^[, ]*dtype=|^$") | text.str.contains(r"^\w+[\[({]+[\])}]+$") | (text == "character(0)")
    )
    return pl.when(text.str.contains(_OPENED)).then(plain).when(is_empty).then([]).otherwise(words)


def _unescaped(quoted: pl.Expr) -> pl.Expr:
    def unescape(texts: pl.Series) -> pl.Series:
        if not texts.str.contains("\\", literal=True).any():
            return texts
        return pl.Series(texts.name, [text if text is None else _plain(text) for text in texts], dtype=pl.String())

    return quoted.map_batches(unescape, return_dtype=pl.String())


def _plain(text: str) -> str:
    """Text without the escapes of a JSON or Python string."""
    if "\\" not in text:
        return text
    escaped = re.sub(r"\\(?![\"\\/bfnrtu])(.)", r"\1", text).replace('\\"', '"').replace('"', '\\"')
    try:
        return str(json.loads(f'"{escaped}"')).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    except ValueError:
        return text
