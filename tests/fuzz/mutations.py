"""What happens to files between a supplier and landing: cut off, re-encoded, opened in a spreadsheet, glued, mislabelled.

Every mutation takes bytes and a random generator and gives bytes; nothing here knows a format.
"""

import bz2
import gzip
import random
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

ODD_TEXT = (
    b"", b"\0", b'"', b"'", b"\xff\xfe", b"\xef\xbb\xbf", b"\xa0", b"\r", b"\n\n", b"\t", b";", b",,,,", b"1e400", b"-1",
    b"9" * 40, b"NaN", b"0001-01-01", b"31/31/9999", b"99:99", "\u0663\u0664".encode(), "\u202e".encode(), b"=1+1", b"<b>",
    b"[red]", b"\x1b[31m", b"{", b"]", b"\xed\xa0\x80", b"a" * 5000, b"%s%n", b"../../etc",
)  # fmt: skip


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _insert(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(ODD_TEXT) + data[place:]


def _remove(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.randint(1, 200) :]


def _of_lines(change: Callable[[list[bytes], random.Random], list[bytes]]) -> Mutation:
    return lambda data, chance: b"\n".join(change(data.split(b"\n"), chance))


def _shuffle(rows: list[bytes], chance: random.Random) -> list[bytes]:
    return chance.sample(rows, len(rows))


def _repeat(rows: list[bytes], chance: random.Random) -> list[bytes]:
    return rows + rows[chance.randrange(len(rows)) :]


def _without_first(rows: list[bytes], _: random.Random) -> list[bytes]:
    return rows[1:]


def _blank_above(rows: list[bytes], chance: random.Random) -> list[bytes]:
    return [b""] * chance.randint(1, 4) + rows


def _replaced(old: bytes, new: bytes) -> Mutation:
    return lambda data, _: data.replace(old, new)


def _encoded(encoding: str) -> Mutation:
    def change(data: bytes, _: random.Random) -> bytes:
        text = data.decode("utf-16" if data.startswith(b"\xff\xfe") else "utf-8", errors="replace")
        return text.encode(encoding, errors="replace")

    return change


MUTATIONS: tuple[Mutation, ...] = (
    _cut, _flip, _insert, _remove, _flip, _insert,
    _of_lines(_shuffle), _of_lines(_repeat), _of_lines(_without_first), _of_lines(_blank_above),
    _replaced(b",", b";"), _replaced(b",", b"\t"), _replaced(b"\n", b"\r"), _replaced(b"\n", b"\r\n"), _replaced(b"2022", b"22"),
    _replaced(b"2022", b"0022"), _replaced(b"10", b"30"), _replaced(b'"', b""), _replaced(b":", b"."),
    _encoded("utf-16"), _encoded("utf-16-be"), _encoded("cp1256"), _encoded("mac-roman"), _encoded("utf-8-sig"),
    lambda data, _: gzip.compress(data), lambda data, _: bz2.compress(data), lambda _data, _: b"",
    lambda data, _: data + b"\0" * 50, lambda data, _: b"[" + data, lambda data, _: data * 3,
)  # fmt: skip


def mutate(data: bytes, seed: int) -> bytes:
    """One to three mutations; the same seed gives the same bytes."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        data = chance.choice(MUTATIONS)(data, chance)
    return data
