"""The one way in which formats of attendance are read: from text records to sessions, instances, stays and registrations.

A format finds the records in its files and says how they tell people apart; everything after that is the same for all.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from zoneinfo import ZoneInfo

import polars as pl

from ingest.formats.live.live_pairs import pair
from ingest.formats.live.live_registrations import Registrations, settle_registrations
from ingest.formats.live.live_session import (
    BOUNDS,
    Basis,
    Bounds,
    LiveOptions,
    Role,
    Rows,
    agreeing,
    delivered_texts,
    instance_rows,
    noted_bounds,
    plausible_instances,
    session_rows,
    with_session_id,
)
from ingest.formats.live.live_stays import identify, settle_stays, spans_of
from ingest.formats.live.live_times import DAY, as_long_as_stated, read_instants, tell_sessions_apart, with_distance
from ingest.formats.live.live_words import ROLES
from ingest.formats.records import find_duplicates, is_not_written, reject
from ingest.formats.text_file import TextFile
from ingest.reasons import Reason
from ingest.source import INSTANT, LINEAGE, Delivery, Parsed
from ingest.zone_names import HOW_ZONES_ARE_READ

Options = TypeVar("Options", bound=LiveOptions)

INSTANCES = pl.Schema({**dict.fromkeys(BOUNDS, pl.String()), "minutes": pl.Float64(), **LINEAGE})
"""What files say of when a session was started, when it ended or how many minutes it took; `session_id` may stand beside it."""

FIGURES = pl.Schema({"measure": pl.String(), "value": pl.Float64(), **LINEAGE})
"""What a platform itself says of a session; the measures are those of `live_platform_figures`."""


@dataclass(frozen=True)
class Given:
    """What a format gets: the delivery's files as text, the options of its note, the zone of times that carry none."""

    options: LiveOptions
    files: Sequence[TextFile]
    zone: ZoneInfo | None

    def options_as(self, model: type[Options]) -> Options:
        """The options as the model of the delivery's own format."""
        if not isinstance(self.options, model):
            raise TypeError(f"expected the options of {model.__name__}")
        return self.options


@dataclass(frozen=True)
class Found:
    """What a format finds in a delivery's files.

    `records` are text columns: `id` and `name` (either may be missing), and `joined_at` and `left_at` of a stay or, in a log,
    `at` and the number `step` (1 a join, -1 a leave, NULL neither); there may be `session_id`, `role`, `country`,
    `registered_at`, `status`, `channel`, `has_attended`, the number `minutes` (how long the stay is said to be), and the booleans
    `is_in_waiting_room`, `is_stay`, `is_registration`.
    `times` maps the columns of times to what the files call them. `is_bounded_by_row` says that rows, not the report, state the
    instances, which may then contradict each other. `names_are_people` says that a name is all that tells people apart.
    `roles` are what words for roles mean in these files, where that is not the same for all of the format.
    """

    records: Rows
    times: Mapping[str, str]
    instances: pl.DataFrame = field(default_factory=INSTANCES.to_frame)
    figures: pl.DataFrame = field(default_factory=FIGURES.to_frame)
    basis: Basis = "intervals"
    is_bounded_by_row: bool = False
    names_are_people: bool = False
    roles: Mapping[str, Role] | None = None


@dataclass(frozen=True)
class _Logged:
    """The stays of a log of joins and leaves, when its events were, and what became of the other records."""

    stays: pl.DataFrame
    spans: pl.DataFrame
    duplicates: int
    rejected: pl.DataFrame


class AttendanceFormat(ABC):
    """A format of stays, of joins and leaves, or of registrations."""

    name: str
    version = 8
    needs_timezone = True
    options: type[LiveOptions]
    zone: ZoneInfo | None = None
    """The zone of its times, where the format itself says it."""
    roles: Mapping[str, Role] = ROLES
    names_are_people = False
    own_ids = False
    """The files name sessions by ids of the platform, for which the note may give another."""

    @abstractmethod
    def find(self, given: Given) -> Found:
        """The records in the files, as text. Raises DeliveryError."""

    def read(self, delivery: Delivery) -> Parsed:
        """Fills every table of the live source but samples and interactions. Raises DeliveryError."""
        options, zone = delivery.options_as(LiveOptions), self.zone or delivery.zone
        found = self.find(Given(options, delivered_texts(delivery, options.encoding), zone))
        records, bounds = self._timed(found, delivery, options, zone)
        people = identify(records, names_are_people=self.names_are_people or found.names_are_people)

        registered = Registrations()
        if "is_registration" in people.columns:
            registered = settle_registrations(people.filter("is_registration"), delivery, options)
            people = people.filter("is_stay")
        events = tell_sessions_apart(
            as_long_as_stated(people, zone),
            [name for name in ("at", "joined_at", "left_at") if name in found.times],
            zone,
            bounds,
        )
        logged = _logged(events, delivery, bounds) if "step" in events.columns else None
        if logged is None and "joined_at" not in events.columns:
            events = events.clear().with_columns(_NO_STAYS)
        stays = settle_stays(
            with_distance(events, "joined_at", bounds, delivery, DAY) if logged is None else logged.stays,
            delivery,
            options,
            self.roles if found.roles is None else found.roles,
        )
        spans = [spans_of(stays.rows), registered.spans, *([logged.spans] if logged else [])]
        if not found.is_bounded_by_row:
            spans.append(bounds.instances.select("session_id", *LINEAGE))
        sessions = session_rows(pl.concat(spans, how="diagonal"), bounds, delivery, options.session, basis=found.basis)
        tables = {
            "live_sessions": sessions,
            "live_instances": instance_rows(bounds, sessions, delivery),
            "live_stays": stays.rows,
            "live_registrations": registered.rows,
            "live_platform_figures": _figures(found, delivery, sessions) if found.figures.height else None,
        }
        rejected = [found.records.rejected, stays.rejected, registered.rejected, *([logged.rejected] if logged else [])]
        return Parsed(
            tables={name: frame for name, frame in tables.items() if frame is not None},
            records_read=found.records.records,
            records_duplicate=stays.duplicates + registered.duplicates + (logged.duplicates if logged else 0),
            rejected=pl.concat(rejected),
            unreadable=pl.concat([bounds.unreadable, stays.unreadable, registered.unreadable]),
        )

    def _timed(
        self, found: Found, delivery: Delivery, options: LiveOptions, zone: ZoneInfo | None
    ) -> tuple[pl.DataFrame, Bounds]:
        """The records with their times read, and the bounds of their sessions. All times of a delivery have one order."""
        records = with_session_id(found.records.rows, delivery, options.session, own_ids=self.own_ids)
        labels, noted = dict(found.times), noted_bounds(delivery, options.session)
        if not found.instances.height:
            return read_instants(records, labels, zone, options.date_order), Bounds(noted, *plausible_instances(None))
        stated = with_session_id(found.instances, delivery, options.session, own_ids=self.own_ids)
        together = pl.concat([records, stated.with_columns(pl.lit(value=True).alias("is_instance"))], how="diagonal")
        timed = read_instants(
            together, labels | {"starts_at": "Start Time", "ends_at": "End Time"}, zone, options.date_order
        )
        is_instance = pl.col("is_instance").fill_null(value=False)
        instances = tell_sessions_apart(timed.filter(is_instance), BOUNDS, zone, None)
        bounds = Bounds(noted, *plausible_instances(instances))
        if found.is_bounded_by_row:
            bounds = replace(bounds, instances=agreeing(bounds.instances))
        return timed.filter(~is_instance).drop("is_instance"), bounds


_NO_STAYS = [
    expression
    for name in ("joined_at", "left_at")
    for expression in (
        pl.lit(None, INSTANT).alias(name),
        pl.lit(None, pl.Boolean()).alias(f"{name}_ambiguous"),
        pl.lit(None, pl.String()).alias(f"{name}_reason"),
    )
]


def _logged(events: pl.DataFrame, delivery: Delivery, bounds: Bounds) -> _Logged:
    """The stays of joins and leaves. When an event was that rejects a record is not known of its session either."""
    kept, rejected = reject(with_distance(events, "at", bounds, delivery, DAY), _LOG_RULES)
    is_repeated = find_duplicates(kept.select("session_id", "person", "step", "at"))
    stays, alone = pair(kept.filter(~is_repeated))
    spans = kept.select("session_id", *LINEAGE, pl.col("at").alias("first_at"), pl.col("at").alias("last_at"))
    return _Logged(stays, spans, int(is_repeated.sum()), pl.concat([rejected, alone]))


_LOG_RULES = {
    Reason.MISSING_KEY: (
        pl.col("session_id").is_null() | pl.col("person").is_null() | is_not_written("at"),
        "the session, the person or the time is blank",
    ),
    Reason.UNREADABLE: (
        pl.col("step").is_null(),
        "the action is no known join or leave; expected one in a language that is read",
    ),
    Reason.BAD_TIME: (
        pl.col("at").is_null(),
        f"the time is not one that the clocks of the zone showed; {HOW_ZONES_ARE_READ}",
    ),
    Reason.OUT_OF_RANGE: (pl.col("is_far"), "the time is more than a day from the session"),
}


def _figures(found: Found, delivery: Delivery, sessions: pl.DataFrame) -> pl.DataFrame:
    """The frame of `live_platform_figures`, of a delivery of one session: what several of its files say is added up."""
    table = delivery.source.table("live_platform_figures")
    return (
        found.figures.join(sessions.head(1).select("session_id"), how="cross")
        .group_by(table.key, maintain_order=True)
        .agg(pl.first(*LINEAGE), pl.col("value").sum())
        .select(*table.schema.names(), *LINEAGE)
    )
