"""Who answered: the samples a respondent belongs to, with what weight, design and segments.

What they answered is in `survey_answers`. No weight is mended and no respondent is moved: what does not fit is rejected
with its reason, or refuses the delivery.
"""

import fnmatch
from itertools import pairwise

import polars as pl

from ingest.formats.survey.survey_options import Sample, Segment, SurveyOptions
from ingest.formats.survey.survey_variables import AT, Coded, in_words
from ingest.reasons import Reason
from ingest.source import NOTE, UNREADABLE, DeliveryError

_SMALLEST_WEIGHT, _LARGEST_WEIGHT = 1e-12, 1e12
"""Weights beyond them are errors, and their squares would drown every other."""
_OLDEST = 1900
"""Earlier years of birth are typing errors or codes."""
_MOST_SEGMENTS = 30
_MOST_PLACES = 50_000_000
"""Respondents times samples: all are placed at once."""
_SEGMENT = pl.Struct({"segment_name": pl.String(), "segment_value": pl.String()})


def place_in_samples(options: SurveyOptions, coded: Coded) -> pl.DataFrame:
    """The frame with three columns per sample: `in:`, `weight:`, and `bad:` for members whose weight is none.

    A sample with `where` holds those for whom it holds, another those who carry its weight. Raises DeliveryError
    where a weight column is empty.
    """
    height, wave = coded.frame.height, f"wave {options.survey.wave} of {options.survey.id}"
    if height * len(options.samples) > _MOST_PLACES:
        raise DeliveryError(
            f"{NOTE}: key 'options.samples': found {len(options.samples):,} samples for {height:,} respondents, expected "
            f"{_MOST_PLACES // height:,} or fewer; deliver them in parts, or name fewer samples"
        )
    everyone = pl.repeat(value=True, n=height, dtype=pl.Boolean(), eager=True)
    one = pl.repeat(1.0, height, dtype=pl.Float64(), eager=True)
    added: list[pl.Series] = []
    for name, sample in options.samples.items():
        if sample.weight is None:
            given, weight = everyone, one
        else:
            given, weight = coded.known(sample.weight).is_not_null(), coded.number(sample.weight)
        possible = _where(name, sample, coded) if sample.where or sample.files else everyone
        if possible.any() and not (possible & given).any():
            raise DeliveryError(
                f"{_files(coded.frame)}: weight column {sample.weight!r} is empty for {possible.sum():,} of {height:,} "
                f"respondents of {wave}, all that sample {name!r} could hold; expected a number above 0: name the weight "
                f"column that the sample has under options.samples.{name}.weight in delivery.yml, or `weight: null` for an "
                "unweighted one"
            )
        inside = possible if sample.where or sample.files else given
        bad = inside & ~weight.is_between(_SMALLEST_WEIGHT, _LARGEST_WEIGHT).fill_null(value=False)
        added += [inside.alias(f"in:{name}"), weight.alias(f"weight:{name}"), bad.alias(f"bad:{name}")]
    placed = coded.frame.with_columns(added)
    _require_most_placed(options, placed, wave)
    return placed


def _where(name: str, sample: Sample, coded: Coded) -> pl.Series:
    conditions = [pl.lit(in_words(coded.frame[AT + column])).is_in(codes) for column, codes in sample.where.items()]
    if sample.files:
        there = coded.frame["file"].unique().to_list()
        matched = [file for file in there if any(fnmatch.fnmatchcase(file, pattern) for pattern in sample.files)]
        if coded.frame.height and not matched:
            raise DeliveryError(
                f"delivery.yml: key 'options.samples.{name}.files': {list(sample.files)} matches none of the {len(there)} files; "
                "correct the names"
            )
        conditions.append(pl.col("file").is_in(matched))
    holds = coded.frame.select(pl.all_horizontal(conditions).fill_null(value=False).alias(name))[name]
    if coded.frame.height and not holds.any():
        wanted = " and ".join(f"{column} in {list(codes)}" for column, codes in sample.where.items())
        seen = "; ".join(f"{column} holds {coded.seen(column)}" for column in sample.where)
        raise DeliveryError(
            f"delivery.yml: key 'options.samples.{name}.where': found nobody with {wanted}; {seen}; correct the "
            "codes, or remove the sample"
        )
    return holds


def _require_most_placed(options: SurveyOptions, placed: pl.DataFrame, wave: str) -> None:
    """Where most carry no weight, the note forgot a sample; rejecting respondents one by one would not say so."""
    if any(sample.where or sample.files for sample in options.samples.values()):
        return
    outside = placed.select((~pl.any_horizontal("^in:.*$")).sum()).item()
    if outside * 2 > placed.height:
        weights = " and ".join(repr(sample.weight) for sample in options.samples.values())
        raise DeliveryError(
            f"{_files(placed)}: weight column {weights} is empty for {outside:,} of {placed.height:,} respondents of "
            f"{wave}: name their sample in delivery.yml under options.samples, with the weight column it has"
        )


def _files(frame: pl.DataFrame) -> str:
    return ", ".join(frame["file"].unique(maintain_order=True))


def members(options: SurveyOptions, coded: Coded) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Respondents in their samples.

    `survey_respondents`, a row per respondent and sample; `survey_profiles`, a row for those who are alike; and the count of what
    could not be read of them.
    """
    design = options.design
    segments, unreadable = _segments(options, coded)
    parts = pl.DataFrame(
        {
            "cluster": _trait(design.cluster, coded),
            "stratum": _trait(design.stratum, coded),
            "fpc": coded.number(design.fpc) if design.fpc else None,
            "duration_seconds": _duration(options, coded),
        },
        schema_overrides={"fpc": pl.Float64(), "duration_seconds": pl.Float64()},
    )
    alike, profile = _alike(parts.select("cluster", "stratum"), segments)
    ours = coded.frame.select("respondent_key", "respondent", "file", "line").hstack([*parts, profile])
    nobody = pl.repeat(None, coded.frame.height, dtype=pl.String(), eager=True)
    gaps: list[tuple[str, str, int]] = _unread_durations(options, coded, parts)
    rows, profiles = [], []
    for place, name in enumerate(options.samples):
        is_inside = coded.frame[f"in:{name}"]
        inside = ours.filter(is_inside)
        for part, column in design:
            without = inside[part].null_count()
            if column is not None and 0 < without < inside.height:
                gaps.append((column, Reason.MISSING_DESIGN, without))
        of_sample = pl.lit(name).alias("sample"), pl.col("profile") + place * alike.height
        weight = coded.frame[f"weight:{name}"].filter(is_inside).alias("weight")
        member = coded.frame.get_column(f"member:{name}", default=nobody).filter(is_inside).alias("member_key")
        rows.append(inside.with_columns(*of_sample, weight, member))
        profiles.append(
            alike.filter(pl.col("profile").is_in(inside["profile"].unique().implode())).with_columns(of_sample)
        )
    counted = pl.concat([unreadable, pl.DataFrame(gaps, schema=UNREADABLE, orient="row")])
    summed = counted.group_by("column_name", "reason").agg(pl.col("records").sum())
    return pl.concat(rows), pl.concat(profiles), summed.sort("column_name", "reason")


def _trait(column: str | None, coded: Coded) -> pl.Series:
    """What the design says of each respondent; NULL throughout without a column for it."""
    if column is None:
        return pl.repeat(None, coded.frame.height, dtype=pl.String(), eager=True)
    return coded.known(column).cast(pl.String())


def _alike(design: pl.DataFrame, segments: list[pl.Series]) -> tuple[pl.DataFrame, pl.Series]:
    """The combinations of design and segments that there are, numbered as `profile`, and the number of each respondent's."""
    people = design.hstack([values.alias(AT + values.name) for values in segments])
    combinations = people.unique(maintain_order=True).with_row_index("profile")
    found = people.join(combinations, on=people.columns, how="left", nulls_equal=True, maintain_order="left")
    known = [
        pl.when(pl.col(AT + values.name).is_not_null()).then(
            pl.struct(
                pl.lit(values.name).alias("segment_name"),
                pl.col(AT + values.name).cast(pl.String()).alias("segment_value"),
            )
        )
        for values in segments
    ]
    listed = pl.concat_list(known).list.drop_nulls() if known else pl.lit([], pl.List(_SEGMENT))
    return combinations.select("profile", *design.columns, listed.alias("segments")), found["profile"]


def _duration(options: SurveyOptions, coded: Coded) -> pl.Series | None:
    """Seconds; NULL where there is none above 0."""
    if options.duration is None:
        return None
    seconds = coded.number(options.duration)
    return seconds.set(seconds <= 0, None)


def _unread_durations(options: SurveyOptions, coded: Coded, parts: pl.DataFrame) -> list[tuple[str, str, int]]:
    if options.duration is None:
        return []
    unread = int((coded.known(options.duration).is_not_null() & parts["duration_seconds"].is_null()).sum())
    return [(options.duration, Reason.BAD_NUMBER, unread)] if unread else []


def _segments(options: SurveyOptions, coded: Coded) -> tuple[list[pl.Series], pl.DataFrame]:
    """The value that each respondent has in each segment, and how many years of birth say nothing, by reason."""
    values: list[pl.Series] = []
    reasons: dict[str, pl.Series] = {}
    for name, segment in options.segments.items():
        if segment.column is not None:
            value = _category(name, segment.column, options, coded)
        else:
            value, reasons[segment.source] = _birth_group(segment, options, coded)
        values.append(value.alias(name))
    counts = [
        reason.drop_nulls().to_frame("reason").group_by("reason").agg(pl.len().cast(pl.Int64()).alias("records"))
        .select(pl.lit(column).alias("column_name"), "reason", "records")
        for column, reason in reasons.items()
    ]  # fmt: skip
    return values, pl.concat([UNREADABLE.to_frame(), *counts])


def _category(name: str, column: str, options: SurveyOptions, coded: Coded) -> pl.Series:
    """The labels of a column's codes, the codes themselves where they have none; NULL where unknown."""
    coded.closed_codes(column, f"options.segments.{name}")
    values = coded.known(column).n_unique()
    if values > _MOST_SEGMENTS:
        raise DeliveryError(
            f"delivery.yml: key 'options.segments.{name}': column {column!r} holds {values:,} different values, expected at most "
            f"{_MOST_SEGMENTS} groups of people: name another column, or band it"
        )
    note = options.question(column)
    labels = {**coded.variables[column].labels, **note.labels}
    codes = coded.known(column)
    codes = codes.set(codes.is_in([*note.missing, *note.not_asked]), None)
    return codes.cast(pl.String()).replace(labels) if labels else codes


def _birth_group(segment: Segment, options: SurveyOptions, coded: Coded) -> tuple[pl.Series, pl.Series]:
    """The age band or cohort of each respondent; and why a year of birth that is there cannot be used."""
    latest = (segment.as_of or options.survey.fieldwork_to).year
    is_there = pl.col("text").is_not_null()
    in_range = pl.col("year").is_between(_OLDEST, latest)
    usable = pl.when(in_range & (pl.col("year") == pl.col("year").floor())).then(pl.col("year"))
    if segment.bands is not None:
        between = [(f"{low}-{high - 1}", low) for low, high in pairwise(segment.bands)]
        oldest_first = [
            (f"{segment.bands[-1]}+", segment.bands[-1]),
            *reversed(between),
            (f"under {segment.bands[0]}", 0),
        ]
        group = pl.coalesce(pl.when(latest - usable >= low).then(pl.lit(label)) for label, low in oldest_first)
    else:
        spans = (segment.cohorts or {}).items()
        group = pl.coalesce(
            pl.when(usable.is_between(first, last)).then(pl.lit(label)) for label, (first, last) in spans
        )
    reason = pl.when(~in_range).then(pl.lit(Reason.OUT_OF_RANGE)).otherwise(pl.lit(Reason.BAD_NUMBER))
    born = pl.DataFrame({"text": coded.known(segment.source), "year": coded.number(segment.source)})
    judged = born.select(group.alias("group"), pl.when(is_there & usable.is_null()).then(reason).alias("reason"))
    return judged["group"], judged["reason"]
