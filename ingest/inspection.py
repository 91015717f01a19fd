"""What a file is: every draft that its head suggests is read by the real reader, and the one that loads most wins.

Where drafts come from is in `ingest.drafts`, how the note is written in `ingest.drafts.writing`. Nothing is landed here, and
people have throw-away pseudonyms.
"""

import glob
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
import yaml

from ingest.delivery import load_delivery
from ingest.drafts import activation, hashtag, live, survey
from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, heads_of, stem_of
from ingest.drafts.questions import QUESTIONS, Question, require_known
from ingest.drafts.writing import Open, closed, opened, written
from ingest.home import Home
from ingest.landing import Landed
from ingest.note import read_note
from ingest.pseudonym import Pseudonymiser
from ingest.refusal import refusing
from ingest.source import NOTE, DeliveryError, Parsed, Source
from ingest.sources import SOURCES

ROWS_SHOWN = 3

Drafts: TypeAlias = Callable[[Head, Given], Iterator[Draft]]
_DRAFTS: tuple[Drafts, ...] = (activation.drafts, hashtag.drafts, live.drafts, survey.drafts)
_NEEDS = {"hashtag": hashtag.needs, "live": live.needs, "activation": activation.needs}
_FAR_AWAY = "Pacific/Kiritimati"
_DESCRIPTIONS = (".sss", ".xml")
_DATA_OF_A_DESCRIPTION = (".asc", ".dat", ".csv", ".txt")
_NOT_SHOWN = ("display_hashtags", "title", "file", "line")


@dataclass(frozen=True)
class Inspection:
    """What a file is taken for.

    `open` are the questions that are left, and `parsed` what the reader made of the file with stand-ins for their answers.
    """

    files: tuple[Path, ...]
    draft: Draft
    note: Mapping[str, Any]
    open: tuple[Question, ...]
    parsed: Parsed

    @property
    def text(self) -> str:
        """The note, with comments; what is open stands there as a comment to be completed."""
        return written(self.note, self.draft)

    @property
    def loaded(self) -> int:
        """How many records would be loaded."""
        return self.parsed.records_loaded

    def rows(self) -> list[dict[str, str]]:
        """The first rows as they would be kept, people under throw-away pseudonyms, without free text."""
        [source] = [one for one in SOURCES if one.name == self.draft.source]
        counted = [table.name for table in source.tables if table.records is not None]
        frames = [frame for name in counted if (frame := self.parsed.tables.get(name)) is not None and frame.height]
        return [
            {name: str(value) for name, value in row.items() if value not in (None, []) and name not in _NOT_SHOWN}
            for frame in frames[:1]
            for row in frame.head(ROWS_SHOWN).iter_rows(named=True)
        ]


@dataclass(frozen=True)
class _Trial:
    draft: Draft
    note: Mapping[str, Any]
    open: tuple[str, ...]
    parsed: Parsed | None
    reason: str | None

    @property
    def loaded(self) -> int:
        return self.parsed.records_loaded if self.parsed is not None else 0

    @property
    def fits(self) -> bool:
        """Whether at least half of the records can be loaded; a tenth, where its fields say whose export it is, or who is left out."""
        most = 2 if (self.draft.generic or self.draft.blind) and not self.draft.is_part else 10
        return self.parsed is not None and 0 < self.parsed.records_read <= most * self.loaded


def inspect(files: Sequence[Path], given: Given, campaigns: frozenset[str]) -> Inspection:
    """What the files are, read as one delivery. Raises DeliveryError with the nearest fit and what it lacks."""
    require_known(given, campaigns)
    files = _with_data(files)
    with tempfile.TemporaryDirectory() as folder:
        desk = _Desk(Home(Path(folder)), tuple(files), given, campaigns)
        heads = heads_of(files[0], given.encoding)
        trials: list[_Trial] = []
        problems: list[str] = []
        for drafts in _DRAFTS:
            for draft in _suggested(drafts, heads, given, problems):
                if draft.generic and _is_spoken_for(draft, trials, problems):
                    continue
                trials.append(desk.attempt(draft))
                if trials[-1].fits and not draft.generic:
                    break
            if any(trial.fits for trial in trials):
                break
        fitting = [trial for trial in trials if trial.fits]
        if not fitting and problems and all(trial.draft.blind for trial in trials):
            raise DeliveryError(problems[0])
        if not fitting:
            raise DeliveryError(_nothing_fits(files[0], heads, trials))
        best = max(fitting, key=lambda trial: (not trial.draft.generic, trial.loaded))
        best = desk.settled(desk.completed(best))
        if best.parsed is None:
            raise DeliveryError(_nothing_fits(files[0], heads, [best]))
        return Inspection(tuple(files), best.draft, best.note, tuple(QUESTIONS[key] for key in best.open), best.parsed)


def check(files: Sequence[Path], note: Mapping[str, Any], campaigns: frozenset[str], landed_on: date | None) -> Parsed:
    """What is read of the files with a note that somebody wrote. Raises DeliveryError where they cannot be loaded with it."""
    named = [source for source in SOURCES if source.name == note["source"]]
    if not named:
        raise DeliveryError(
            f"{NOTE}: key 'source': found no source, expected one of {', '.join(one.name for one in SOURCES)}"
        )
    with tempfile.TemporaryDirectory() as folder:
        desk = _Desk(Home(Path(folder)), tuple(files), Given(landed_on=landed_on), campaigns)
        parsed, reason = desk.parse(named[0], yaml.safe_dump(dict(note), allow_unicode=True))
    if parsed is None:
        raise DeliveryError(str(reason))
    return parsed


def read_note_file(file: Path) -> dict[str, Any]:
    """What a note says, whatever its file is called. Raises DeliveryError."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NOTE).write_bytes(file.read_bytes())
        return read_note(Path(folder)).model_dump(exclude_unset=True)


def delivery_name(file: Path) -> str:
    """What a delivery is called where nobody names it."""
    return stem_of(file)


@dataclass(frozen=True)
class _Desk:
    """A home that is thrown away, in which drafts are read."""

    home: Home
    files: tuple[Path, ...]
    given: Given
    campaigns: frozenset[str]

    def __post_init__(self) -> None:
        # Drafts write their note under this name, and would write it into such a file.
        if len({NOTE, *(file.name for file in self.files)}) <= len(self.files):
            raise DeliveryError(f"two files have one name, or one is called {NOTE}, as notes are; rename it")

    @cached_property
    def people(self) -> Pseudonymiser:
        """One throw-away key for all trials, as trials are compared."""
        return Pseudonymiser(secrets.token_hex(32))

    @cached_property
    def stand_ins(self) -> dict[str, str]:
        """What a file is tried with where nobody has answered yet."""
        return {
            "source": "survey",
            "campaign": min(self.campaigns, default="campaign"),
            "timezone": "UTC",
            "date_order": "mdy",
            "captured_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "fieldwork": date(2000, 1, 1).isoformat(),
        }

    def attempt(self, draft: Draft) -> _Trial:
        """Read the files with a draft; the order of dates is open unless the others than one are none that dates could have."""
        trial = self._zoned(draft, self.given.date_order)
        if not _asks_order(trial) or self.given.date_order is not None:
            return trial
        tried = {order: self._zoned(draft, order) for order in ("mdy", "dmy", "ymd")}
        possible = [order for order, one in tried.items() if one.fits]
        # What is refused for anything but its dates may be written so.
        others = [order for order, one in tried.items() if one.reason and not _asks_order(one)]
        if not possible:
            return trial
        self.stand_ins["date_order"] = possible[0]
        return self._zoned(draft, possible[0] if len([*possible, *others]) == 1 else "open")

    def _zoned(self, draft: Draft, order: str | None) -> _Trial:
        """The trial with the zone that was given, or with an open one where the reader needs it."""
        known = draft.zone or self.given.timezone
        is_open = _source(draft).formats[draft.format].needs_timezone and known is None
        trial = self._read(draft, is_zone_open=is_open, order=order)
        if trial.reason and "timezone" in trial.reason and known is None and not is_open:
            return self._read(draft, is_zone_open=True, order=order)
        return trial

    def completed(self, trial: _Trial) -> _Trial:
        """A survey's trial with its questions written out, where it loads as much then."""
        if trial.parsed is None or trial.draft.source != "survey":
            return trial
        fuller = self.attempt(survey.proposed(trial.draft, trial.parsed))
        return fuller if fuller.loaded >= trial.loaded else trial

    def settled(self, trial: _Trial) -> _Trial:
        """The trial without a question for the zone, where the zone makes no difference."""
        if "timezone" not in trial.open or trial.parsed is None:
            return trial
        elsewhere, _ = self._parse(trial.draft, closed(trial.note, self.stand_ins | {"timezone": _FAR_AWAY}))
        if elsewhere is None or any(
            not frame.equals(elsewhere.tables[name]) for name, frame in trial.parsed.tables.items()
        ):
            return self._hinted(trial, elsewhere)
        remarks: dict[tuple[str, ...], str] = {
            **trial.draft.remarks,
            ("timezone",): "no time in the file depends on it",
        }
        return replace(
            trial,
            draft=replace(trial.draft, remarks=remarks),
            note={**trial.note, "timezone": "UTC"},
            open=tuple(key for key in trial.open if key != "timezone"),
        )

    def _hinted(self, trial: _Trial, elsewhere: Parsed | None) -> _Trial:
        """The trial with what the ids of its videos, which hold the instant of posting, say of the zone of its times."""
        if trial.parsed is None or elsewhere is None:
            return trial
        here, there = (
            int(parsed.unreadable.filter(pl.col("column_name") == "created_at")["records"].sum())
            for parsed in (trial.parsed, elsewhere)
        )
        if here * 20 > trial.parsed.records_read or there * 2 < trial.parsed.records_read:
            return trial
        hint: dict[tuple[str, ...], str] = {
            ("timezone",): "its times of posting are UTC, as the ids of the videos prove"
        }
        return replace(trial, draft=replace(trial.draft, remarks={**trial.draft.remarks, **hint}))

    def _read(self, draft: Draft, *, is_zone_open: bool, order: str | None) -> _Trial:
        note = self._note(draft, is_zone_open=is_zone_open, order=order)
        parsed, reason = self._parse(draft, closed(note, self.stand_ins))
        return _Trial(draft, note, opened(note), parsed, reason)

    def _note(self, draft: Draft, *, is_zone_open: bool, order: str | None) -> dict[str, Any]:
        only = next(iter(self.campaigns)) if len(self.campaigns) == 1 else None
        options = dict(draft.options)
        takes = _source(draft).formats[draft.format].options.model_fields
        if self.given.encoding is not None and "encoding" in takes:
            options["encoding"] = self.given.encoding
        if order is not None and "date_order" in takes:
            options["date_order"] = Open("date_order") if order == "open" else order
        if "captured_at" in draft.asks:
            options["captured_at" if "captured_at" in takes else "observed_at"] = Open("captured_at")
        if "fieldwork" in draft.asks:
            days = {"fieldwork_from": Open("fieldwork"), "fieldwork_to": Open("fieldwork")}
            options["survey"] = {**options["survey"], **days}
        zone = Open("timezone") if is_zone_open else draft.zone or self.given.timezone
        return {
            "source": Open("source") if "source" in draft.asks else draft.source,
            "format": draft.format,
            "campaign": self.given.campaign or only or Open("campaign"),
            **({"timezone": zone} if zone is not None else {}),
            "files": [glob.escape(path.name) for path in self.files],
            "options": options,
        }

    def _parse(self, draft: Draft, note: Mapping[str, Any]) -> tuple[Parsed | None, str | None]:
        return self.parse(_source(draft), written(note, draft))

    def parse(self, source: Source, note: str) -> tuple[Parsed | None, str | None]:
        """What the reader makes of the files, or why it refuses them."""
        day = self.given.landed_on or datetime.now(UTC).date()
        with tempfile.TemporaryDirectory(dir=self.home.root) as folder:
            path = Path(folder)
            for file in self.files:
                (path / file.name).symlink_to(file.resolve())
            (path / NOTE).write_text(note, "utf-8")
            parsed = None
            with refusing(self.home, Landed(source.name, day, path.name, path, None)) as refusal:
                read = read_note(path)
                delivery = load_delivery(
                    source, day, path, read, self.people, self.campaigns or frozenset({read.campaign})
                )
                parsed = delivery.format.read(delivery)
            return parsed, refusal.reason


def _asks_order(trial: _Trial) -> bool:
    return trial.reason is not None and "date_order" in trial.reason


def _suggested(drafts: Drafts, heads: Sequence[Head], given: Given, problems: list[str]) -> Iterator[Draft]:
    """The drafts of the file, or of the files of an archive, of the source that was named; what cannot be read is a problem.

    A survey's files have the same columns: what has not is no survey.
    """
    if drafts is survey.drafts and len({tuple(head.rows[0]) for head in heads if head.rows}) > 1:
        problems.append(
            f"{heads[0].path.name}: no format fits all of its {len(heads)} files, whose columns differ; unpack it, and add by itself "
            "the one with a row a video, a stay, a respondent or an event"
        )
        return
    for head in heads:
        try:
            yield from (draft for draft in drafts(head, given) if given.source in (None, draft.source))
        except DeliveryError as error:
            problems.append(str(error))


def _with_data(files: Sequence[Path]) -> list[Path]:
    """The files, with the data that a description alone belongs to."""
    if len(files) == 1 and files[0].suffix.lower() in _DESCRIPTIONS:
        beside = [files[0].with_suffix(ending) for ending in _DATA_OF_A_DESCRIPTION]
        return [*files, *[path for path in beside if path.is_file()][:1]]
    return sorted(files, key=lambda path: (path.suffix.lower() not in _DESCRIPTIONS, path.name))


def _source(draft: Draft) -> Source:
    return next(source for source in SOURCES if source.name == draft.source)


def _nothing_fits(file: Path, heads: Sequence[Head], trials: Sequence[_Trial]) -> str:
    """The nearest fit and what it lacks: the draft that loads most, else the format of which most columns are there."""
    if suggested := _speaking(trials):
        near = max(suggested, key=lambda trial: trial.loaded)
        lacks = near.reason or _rejections(near)
        return (
            f"{file.name}: no format fits; the nearest is {near.draft.source}/{near.draft.format}, which says: {lacks}"
        )
    partly = [
        (
            sum(needed.values()) / len(needed),
            f"{source}/{form}",
            ", ".join(name for name, is_there in needed.items() if not is_there),
        )
        for head in heads
        for header in head.headers
        for source, needs in _NEEDS.items()
        for form, needed in needs(header)
    ]
    share, form, lacks = max(partly, default=(0, "", ""))
    if share == 0 and any(head.kind == "json" for head in heads):
        return (
            f"{file.name}: no format fits its records: events of other products are read as CloudEvents (specversion, id, source, "
            "type, time, data), as Segment's track calls or as GA4's export; videos, viewers and people as records or as CSV, a "
            "survey as CSV or .sav, with the columns in a delivery.yml beside them: campaign add FILE --note delivery.yml"
        )
    if share == 0:
        return (
            f"{file.name}: no format fits: no line names videos, tags, viewers or people who join, and no column has so few "
            "different answers that it could be a closed question (of a workbook the first sheet is read); write its format and "
            "columns into a delivery.yml beside it, and land it with: campaign add FILE --note delivery.yml"
        )
    lacks = lacks or "more than an id and a number"
    return f"{file.name}: no format fits; the nearest is {form}, which lacks a column for {lacks}; name the columns in its note"


def _speaking(trials: Sequence[_Trial]) -> list[_Trial]:
    """The trials of formats that the file's columns or fields point to."""
    return [trial for trial in trials if not trial.draft.blind and not _lacks_every_key(trial)]


def _is_spoken_for(draft: Draft, trials: Sequence[_Trial], problems: Sequence[str]) -> bool:
    """Whether a file has the columns of another source, or is a product's report of live sessions, that cannot be read as such."""
    others = _speaking(trials)
    refused = [trial for trial in others if not trial.draft.generic and trial.parsed is None]
    return bool(problems or others) if draft.source == "survey" else draft.source == "live" and bool(refused)


def _lacks_every_key(trial: _Trial) -> bool:
    """Whether no record has what tells records apart, and no views: then the format only shares a field's name."""
    names_views = "views" in trial.draft.options.get("columns", {})
    rejected = trial.parsed.rejected if trial.parsed is not None and not (trial.loaded or names_views) else None
    return rejected is not None and bool(rejected.height) and bool((rejected["reason"] == "missing_key").all())


def _rejections(trial: _Trial) -> str:
    parsed = trial.parsed
    if parsed is None or not parsed.rejected.height:
        return "it found no records"
    counted = parsed.rejected.group_by("reason").agg(pl.len().alias("records")).sort("records", descending=True)
    reasons = ", ".join(f"{reason}: {records}" for reason, records in counted.iter_rows())
    line, detail = parsed.rejected.sort("file", "line").select("line", "detail").row(0)
    return f"of {parsed.records_read} records it could load {trial.loaded} ({reasons}); line {line}: {detail}"
