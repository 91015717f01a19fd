"""Which encoding delivered bytes are in, decided on what they prove; what they leave open is asked for.

Any byte is some letter in every Windows code page. So a code page is believed where the words that it gives can be words
of one language that is written in it, and where no other code page gives other words that can be.
"""
# ruff: noqa: RUF001 - letters of many scripts are what is told apart

import codecs
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl
from polars.exceptions import ComputeError

from ingest.instants import months
from ingest.source import DeliveryError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# The letters of each language beyond a to z, by the code page that it is written in.
_ALPHABETS = {
    "cp1252": (
        "àâæçéèêëîïôœùûüÿ",  # French
        "äöüß",  # German
        "áéíñóúü",  # Spanish
        "àáâãçéêíóôõúü",  # Portuguese
        "àèéìíîòóùú",  # Italian
        "àçèéíïòóúü",  # Catalan
        "áéëïóöüèêáíúĳ",  # Dutch
        "åäöæøéü",  # Danish, Norwegian, Swedish, Finnish
        "áæðéíóöþúý",  # Icelandic
    ),
    "cp1250": (
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "ăâîşţ",  # Romanian
        "čćđšž",  # Bosnian, Croatian, Serbian, Slovenian
    ),
    "cp1254": ("çğıöşüâîû",),
    "cp1253": ("άέήίόύώϊϋΐΰαβγδεζηθικλμνξοπρσςτυφχψω",),
    "cp1255": ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",),
    "cp1251": (
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        "абвгдђежзијклљмнњопрстћуфхцчџш",
    ),
    "cp1256": ("àâçèéêëîïôùûœءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيپچژگکھہےںًٌٍَُِّْ\u200c\u200d",),
}
# These have letters at the same bytes: the usual letters of a language tell them apart.
_COMMON = {"cp1251": "оеаинтсрвлі", "cp1253": "αοιετσνηυρ", "cp1255": "יוהלאמרתבש"}
_ALPHABETS["mac_roman"] = _ALPHABETS["cp1252"]

# Common words without accents, which tell the languages of one code page from those of another.
_SPOKEN = {
    "cp1252": "vous avez est une les des dans pour votre que qui sont sur oui los las por una con usted cuando nao sim und nicht der das "
    "ein ich ist sie haben die sind nein keine auf wir uns aus non sono della het een van och inte",
    "cp1250": "nie tak jest czy jak dla lub przez jsem jste jako nebo bylo igen nem hogy vagy egy este sunt pentru care nisam jesam ili",
    "cp1254": "evet bir ile bu daha hangi ne kadar veya olarak",
}
_OF_TIMES = {"à", "às", "öö", "ös", "ص", "م", "صباحا", "مساء", "مساءً", "صباحًا", "π", "μ", "klo"}
"""Words beside the hours of a day, which with names of months may be all in a table that has letters beyond a to z."""
_SCRIPTS = {"LATIN", "ARABIC", "CYRILLIC", "GREEK", "HEBREW"}
_WORD = rb"[A-Za-z'\x80-\xff]*[\x80-\xff][A-Za-z'\x80-\xff]*"
# Latin, Greek, Cyrillic, Hebrew, Arabic; punctuation and signs; Arabic presentation forms; emoji.
_USUAL = "[\t\r\n -~\xa0-\u07ff\u1e00-\u24ff\ufb50-\ufdff\ufe70-\ufefc\U0001f000-\U0001ffff]"
# Quotation marks, dashes, dots and apostrophes of Windows where English and French have them.
_TYPOGRAPHY = (
    rb"[\x82\x84\x85\x91\x93\xab\xa0]*(?:[A-Za-z]{1,2}\x92)?[A-Za-z]*(?:\x92(?:s|t|m|d|re|ve|ll))?"
    rb"[\x85\x92\x94\x96\x97\xbb\xa0]*"
)
_DIRECTIONS = re.compile(rb"\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xd8\x9c")
_FIRST = 65_536
_MOST_WORDS, _FEW_SPOKEN = 20_000, 3
_LIKELY, _FEWER_WORDS, _LESS, _MANY_COMMON, _DOUBTFUL = 0.9, 2, 0.05, 0.45, 0.6
_ARABIC_INSIDE = re.compile("[a-z][\u0621-\u064a\u067e\u0686\u0698\u06a9\u06af]+[a-z]")
_KNOWN = "UTF-8, UTF-16 or a Windows or Macintosh code page that its words prove"


def to_utf8(name: str, data: bytes, stated: str | None = None) -> bytes:
    """Text in UTF-8 without a byte order mark. Raises DeliveryError where it is none, or its encoding cannot be told."""
    if stated is not None:
        return _as_stated(name, data, stated)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict(name, _whole(data[len(mark) :], encoding), encoding)
    if b"\0" in data[:4096]:
        encoding = _utf_16(name, data[:65_536])
        return _strict(name, _whole(data, encoding), encoding)
    if is_utf8(data):
        return data
    whole = _whole(data, "utf-8")
    if not whole.isascii() and is_utf8(whole):
        return whole
    if said := re.match(rb"\s*<\?xml[^>]*\bencoding=[\"']([\w.-]+)", data):
        return _strict(name, data, said.group(1).decode())
    return data.decode(_code_page(name, data), "replace").encode()


def without_directions(data: bytes) -> bytes:
    """Text in UTF-8 without marks of direction, which tools put around every cell of a right-to-left language, or around none."""
    return _DIRECTIONS.sub(b"", data) if _DIRECTIONS.search(data, 0, _FIRST) else data


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8."""
    if data.isascii():
        return True
    try:
        pl.Series([data], dtype=pl.Binary()).cast(pl.String())
    except ComputeError:
        return False
    return True


def require_own_page(name: str, texts: Iterable[str], encoding: str) -> None:
    """Raise DeliveryError where the texts of a file, read in the code page that it states, are words in another one alone."""
    page = _page(encoding)
    if page not in _ALPHABETS:
        return
    words = _distinct_words("\n".join(texts).encode(page, "replace"))
    words = [word for word in words if not re.fullmatch(_TYPOGRAPHY, word)]
    own = _reading(page, words)
    best = max((_reading(other, words) for other in _ALPHABETS), key=lambda one: one.share)
    if best.share >= _LIKELY and own.share <= best.share / 2:
        raise DeliveryError(
            f"{name}: states the code page {encoding}, in which its words are none of any language that is written in it; set "
            f"options.encoding in delivery.yml, for example {best.encoding.replace('cp', 'windows-')}"
        )


def _page(encoding: str) -> str | None:
    """Our name of a code page; None where Python does not know it. Windows-1252 has all letters of ISO 8859-1."""
    try:
        return codecs.lookup(encoding).name.replace("iso8859-1", "cp1252")
    except LookupError:
        return None


def _as_stated(name: str, data: bytes, stated: str) -> bytes:
    try:
        text = data.decode(stated)
    except (ValueError, LookupError) as error:
        raise DeliveryError(
            f"{name}: is not {stated[:40]} as options.encoding says; correct or remove it in delivery.yml"
        ) from error
    if inside := _ARABIC_INSIDE.search(text) if _page(stated) == "cp1256" else None:
        line = text.count("\n", 0, inside.start()) + 1
        raise DeliveryError(
            f"{name}: line {line:,} has Arabic letters inside Latin words when read as {stated}; correct options.encoding in "
            "delivery.yml, for example windows-1252"
        )
    return text.removeprefix("\ufeff").encode()


def _strict(name: str, data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except (UnicodeError, LookupError) as error:
        place = f" at byte {error.start:,}" if isinstance(error, UnicodeDecodeError) else ""
        raise DeliveryError(f"{name}: begins as {encoding} but is not{place}; deliver it again") from error


def _utf_16(name: str, head: bytes) -> str:
    """The byte order of UTF-16 without a mark: the one that gives line ends and letters of one or two blocks."""
    found = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(encoding, "replace")
        found[encoding] = len(re.findall(_USUAL, text)) / max(len(text), 1)
    best = max(found, key=lambda encoding: found[encoding])
    if found[best] < _LIKELY:
        line = head[: head.index(0)].count(b"\n") + 1
        raise DeliveryError(
            f"{name}: line {line} holds NUL bytes, which no text does; expected a text file: deliver it again, saved as UTF-8"
        )
    return best


def _whole(data: bytes, encoding: str) -> bytes:
    """The data without its last letter where the file was cut off within it."""
    if encoding != "utf-8":
        unit = int(encoding[4:6]) // 8
        return data[: len(data) // unit * unit]
    cut = re.search(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})$", data[-3:])
    return data[: -len(cut.group())] if cut else data


@dataclass(frozen=True)
class _Reading:
    """The words of a text in a code page, how many of their parts no one language has, and the share that one has."""

    encoding: str
    words: tuple[str, ...]
    unlike: int
    share: float


def _code_page(name: str, data: bytes) -> str:
    words = _distinct_words(data)
    joined = b" ".join(words)
    letters = re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", joined)
    if sum(map(len, letters)) > _LIKELY * len(re.findall(rb"[\x80-\xff]", joined)):
        line = data[: _first_bad_byte(data)].count(b"\n") + 1
        raise DeliveryError(
            f"{name}: is UTF-8 but for line {line:,} and perhaps others, which were damaged; deliver it again, or set "
            "options.encoding in delivery.yml"
        )
    # Quotation marks and blanks of Windows stand in all of its code pages, and tell none from another.
    words = [word for word in words if not re.fullmatch(_TYPOGRAPHY, word)]
    if not words:
        return "cp1252"
    readings = sorted((_reading(encoding, words) for encoding in _ALPHABETS), key=lambda one: -one.share)
    best = readings[0]
    rivals = [one for one in readings[1:] if one.words != best.words and not _is_beaten(one, best)]
    if (spoken := _spoken(data, [best, *rivals]) or _timed(readings)) is not None:
        return spoken
    if rivals or (best.share < _LIKELY and any(one.words != best.words for one in readings)):
        either = [one.encoding for one in (best, *rivals) if one.share >= _LIKELY] or ["windows-1252", "windows-1256"]
        raise DeliveryError(
            f"{name}: its encoding cannot be told; expected {_KNOWN}; set options.encoding in delivery.yml, or inspect it with "
            f"--encoding, for example {' or '.join(one.replace('cp', 'windows-') for one in either)}"
        )
    return best.encoding


def _spoken(data: bytes, readings: Iterable[_Reading]) -> str | None:
    """The code page whose languages a text's plain words are of, where some fit it whole and no other has any; else None."""
    written = {word.decode() for word in re.findall(rb"(?<![\x80-\xff\w])[a-z]{2,}(?![\x80-\xff\w])", data.lower())}
    common = {one.encoding: len(written & {*_SPOKEN.get(one.encoding, "").split()}) for one in readings}
    [(most, known), *others] = sorted(common.items(), key=lambda item: -item[1])
    is_whole = any(one.encoding == most and one.share == 1 for one in readings)
    return most if others and is_whole and known >= _FEW_SPOKEN and not any(count for _, count in others) else None


def _timed(readings: Iterable[_Reading]) -> str | None:
    """The code page in which every word of a text is one of times, where others have other words that are none; else None."""
    known = _OF_TIMES | months().keys()
    parts = {one.words: {part.lower() for word in one.words for part in _parts(word)} for one in readings}
    timed = {one.words: one.encoding for one in readings if parts[one.words] and parts[one.words] <= known}
    return next(iter(timed.values())) if len(timed) == 1 else None


def _first_bad_byte(data: bytes) -> int:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(data)


def _distinct_words(data: bytes) -> list[bytes]:
    distinct: dict[bytes, None] = {}
    for match in re.finditer(_WORD, data):
        distinct[match.group()] = None
        if len(distinct) >= _MOST_WORDS:
            break
    return list(distinct)


def _reading(encoding: str, words: Iterable[bytes]) -> _Reading:
    decoded = tuple(word.decode(encoding, "replace") for word in words)
    found = [(word, part) for word in decoded for part in _parts(word)]
    parts = [part for _, part in found]
    odd = {part for word, part in found if _is_among_signs(part, word)}
    fitting = max(
        sum(_fits(part, set(alphabet)) for part in parts if part not in odd) for alphabet in _ALPHABETS[encoding]
    )
    # One Arabic letter inside a Latin word shows that the code page is another; so does a word `ŕ`, which is the French `à`.
    if (encoding == "cp1256" and any(map(_mixes_scripts, parts))) or (encoding == "cp1250" and "ŕ" in parts):
        fitting = 0
    letters = [letter for letter in "".join(parts).lower() if not letter.isascii()]
    if encoding in _COMMON and sum(letter in _COMMON[encoding] for letter in letters) < _MANY_COMMON * len(letters):
        fitting = min(fitting, math.ceil(_DOUBTFUL * len(parts)))
    return _Reading(encoding, decoded, len(parts) - fitting, fitting / max(len(parts), 1))


def _is_beaten(rival: _Reading, best: _Reading) -> bool:
    """Whether a code page leaves more words unexplained than chance or a few foreign names would."""
    is_worse = rival.unlike >= best.unlike + _FEWER_WORDS and rival.share < best.share - _LESS
    return is_worse or rival.share <= best.share / 2


def _parts(word: str) -> Iterator[str]:
    """What stands between the quotation marks, dashes and the like around a word, without signs such as © at its ends."""
    for part in re.split("[\\s'’–—·\xad\xa0،؛]+", word):
        letters = [
            index for index, letter in enumerate(part) if unicodedata.category(letter)[0] in "LM" and letter not in "ªº"
        ]
        if letters:
            yield part[letters[0] : letters[-1] + 1]


def _fits(word: str, alphabet: set[str]) -> bool:
    """Whether a word can be one of a language: its letters, small or capital but for the first."""
    small = word.lower().replace("i\u0307", "i")
    is_cased = word.isupper() or not any(map(str.isupper, word[1:]))
    return is_cased and all(letter.isascii() or letter in alphabet for letter in small) and not _mixes_scripts(word)


def _is_among_signs(part: str, word: str) -> bool:
    """Whether a letter among signs is no word."""
    return len(part) == 1 and not part.isascii() and not word.replace(part, "", 1).isascii()


def _mixes_scripts(word: str) -> bool:
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word}
    return len(scripts & _SCRIPTS) > 1
