"""What the name of a zone behind a time says: an abbreviation or an IANA name. Offsets in digits are read in `ingest.instants`."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import polars as pl

from ingest.source import INSTANT

HOW_ZONES_ARE_READ = (
    "the name of a zone behind a time is read where it is an IANA name, or an abbreviation that means one zone or the note's timezone "
    "at that time"
)
"""What a message says of names of zones."""

_MINUTES = {
    "gst": (240,), "ast": (180, -240), "adt": (-180,), "eet": (120,), "eest": (180,), "cet": (60,), "mez": (60,), "cest": (120,),
    "mesz": (120,), "wet": (0,), "west": (60,), "bst": (60, 360), "ist": (330, 120), "idt": (180,), "msk": (180,), "trt": (180,),
    "est": (-300,), "edt": (-240,), "cst": (-360, 480), "cdt": (-300,), "mst": (-420,), "mdt": (-360,), "pst": (-480, 480),
    "pdt": (-420,), "irst": (210,), "pkt": (300,), "wib": (420,), "wita": (480,), "wit": (540,), "sgt": (480,), "hkt": (480,),
    "jst": (540,), "aest": (600,), "aedt": (660,), "cat": (120,), "eat": (180,), "wat": (60,), "sast": (120,), "brt": (-180,),
    "art": (-180,),
}  # fmt: skip
"""Minutes ahead of UTC, of each zone that an abbreviation is used for."""

_SUMMER = ("bst",)
"""Of the abbreviations of several zones those that are not of standard time everywhere."""

_QUARTERS = [pl.duration(days=91 * number) for number in (1, 2, 3)]


def by_zone_name(local: pl.Expr, name: pl.Series, zone: ZoneInfo | None) -> pl.Expr:
    """The instant of a local time with the name of a zone in lower case behind it; NULL where the name does not say which."""
    known = [word for word in name.unique().drop_nulls() if word in _MINUTES or word in _iana()]
    return pl.coalesce(
        pl.lit(None, INSTANT),
        *(
            pl.when(name == word).then(
                _by_minutes(local, word, zone) if word in _MINUTES else _in(local, _iana()[word])
            )
            for word in known
        ),
    )


def _by_minutes(local: pl.Expr, word: str, zone: ZoneInfo | None) -> pl.Expr:
    instants = {minutes: local.dt.replace_time_zone("UTC") - pl.duration(minutes=minutes) for minutes in _MINUTES[word]}
    if zone is None:
        return next(iter(instants.values())) if len(instants) == 1 else pl.lit(None, INSTANT)
    if len(instants) == 1:
        [(minutes, at)] = instants.items()
        # The abbreviation of another part of the zone's year: its clocks did not show that.
        is_of_another_part = (_ahead(at, zone) != minutes) & pl.any_horizontal(
            _ahead(at + quarter, zone) == minutes for quarter in _QUARTERS
        )
        return pl.when(~is_of_another_part).then(at)
    return pl.coalesce(
        pl.when(
            _ahead(at, zone) == minutes,
            word in _SUMMER
            or pl.min_horizontal(_ahead(at + quarter, zone) for quarter in (pl.duration(), *_QUARTERS)) == minutes,
        ).then(at)
        for minutes, at in instants.items()
    )


def _ahead(at: pl.Expr, zone: ZoneInfo) -> pl.Expr:
    """How many minutes the clocks of a zone are ahead of UTC."""
    return (
        at.dt.convert_time_zone(zone.key).dt.replace_time_zone(None) - at.dt.replace_time_zone(None)
    ).dt.total_minutes()


def _in(local: pl.Expr, key: str) -> pl.Expr:
    return local.dt.replace_time_zone(key, ambiguous="null", non_existent="null").dt.convert_time_zone("UTC")


@cache
def zones() -> frozenset[str]:
    """The names of zones that this machine knows; to look for them takes a while."""
    return frozenset(available_timezones())


@cache
def _iana() -> dict[str, str]:
    return {key.lower(): key for key in zones() if "/" in key}
