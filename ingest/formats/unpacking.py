"""Taking delivered files out of their packing, within limits. What the bytes mean is for other modules to say."""

import bz2
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import zstandard

from ingest.source import DeliveryError, require_nobody_named

MOST_BYTES = 2 * 1024**3
"""The largest file that is read, after unpacking."""
MOST_EXPANSION = 200
"""How many times its packed size a file may have, once it is larger than `ANY_EXPANSION` bytes."""
ANY_EXPANSION = 64 * 1024**2
MOST_MEMBERS = 1_000
"""The most files in one archive."""

_PIECE = 1024**2
_PACKED_PIECE = 4 * 1024  # of zstandard: a piece can become 32,000 times larger
_BROKEN = (
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    zlib.error,
    zstandard.ZstdError,
)


def unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    """The names and contents of the files in a delivered file, which is itself or an archive. Raises DeliveryError."""
    name, size = path.name, path.stat().st_size
    if size > MOST_BYTES:
        raise _too_large(name, size)
    data = path.read_bytes()
    inner, _, ending = name.rpartition(".")
    try:
        match ending.lower():
            case "gz":
                yield inner, _limited(name, _pieces(gzip.GzipFile(fileobj=io.BytesIO(data))), size)
            case "bz2":
                yield inner, _limited(name, _pieces(bz2.BZ2File(io.BytesIO(data))), size)
            case "zst":
                yield inner, _limited(name, _zstandard(data), size)
            case "zip":
                yield from _members(name, data)
            case _:
                yield name, data
    except _BROKEN as error:
        raise DeliveryError(f"{name}: cannot be unpacked; expected what its ending says; deliver it again") from error


def _limited(name: str, pieces: Iterable[bytes], packed: int) -> bytes:
    whole = io.BytesIO()
    for piece in pieces:
        whole.write(piece)
        size = whole.tell()
        if size > MOST_BYTES:
            raise _too_large(name, size)
        if size > ANY_EXPANSION and size > MOST_EXPANSION * packed:
            raise DeliveryError(
                f"{name}: is packed into less than a {MOST_EXPANSION}th of its size ({packed:,} bytes), as no data is; "
                "deliver it unpacked, if it is what it should be"
            )
    return whole.getvalue()


def _too_large(name: str, size: int) -> DeliveryError:
    return DeliveryError(
        f"{name}: has {size:,} bytes or more, expected {MOST_BYTES:,} or fewer after unpacking; split it into several files"
    )


def _pieces(stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(_PIECE):
            yield piece


def _zstandard(data: bytes) -> Iterator[bytes]:
    """Every frame of the data. A frame that was cut off is an error, which a stream reader would keep to itself."""
    position = 0
    while position < len(data):
        frame = zstandard.ZstdDecompressor().decompressobj()
        while not frame.eof:
            if position >= len(data):
                raise EOFError("it was cut off")
            piece = data[position : position + _PACKED_PIECE]
            yield frame.decompress(piece)
            position += len(piece) - len(frame.unused_data)


def _members(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of a zip archive, but for what a Mac adds to it: hidden files and the folder __MACOSX."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [
            member
            for member in sorted(archive.infolist(), key=lambda member: member.filename)
            if not member.is_dir()
            and not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(member.filename).parts)
        ]
        if not found:
            raise DeliveryError(f"{name}: holds no file; expected an archive of files; deliver it again")
        if len(found) > MOST_MEMBERS:
            raise DeliveryError(
                f"{name}: holds {len(found):,} files, expected {MOST_MEMBERS:,} or fewer; deliver them in several archives"
            )
        left = MOST_BYTES
        for member in found:
            if member.flag_bits & 1:
                raise DeliveryError(f"{name}: is locked with a password; expected an open archive; deliver it again")
            require_nobody_named(member.filename)
            inner = f"{name}/{member.filename}"
            content = _limited(inner, _pieces(archive.open(member)), max(member.compress_size, 1))
            left -= len(content)
            if left < 0:
                raise _too_large(name, MOST_BYTES - left)
            yield inner, content
