"""What others make of the same stays: the columns of fct_live_session and fct_live_minute that need more than arithmetic on others.

DuckDB and polars start from the file, pandas and ClickHouse from the lake. All times are in whole seconds.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

Figures = dict[str, list[tuple[Any, ...]]]
"""`sessions`: id, people, seconds attended, the same without leaves that are not known, median and ninth decile of a person's, views,
leaves that are not known, people who stayed, new people, the peak, when it was first reached, present after 5, 15 and 30 minutes.
`minutes`: session, number since 1970, seconds of all people, the peak."""

MARTS = {
    "sessions": """
        select session_id, unique_attendees, attended_minutes * 60, attended_minutes_low * 60, median_watch_minutes * 60,
            p90_watch_minutes * 60, views, imputed_leaves, completed_attendees, new_attendees, peak_concurrent,
            epoch(peak_concurrent_at), present_at_5m, present_at_15m, present_at_30m
        from fct_live_session
    """,
    "minutes": "select session_id, epoch(minute_at) / 60, concurrent * 60, concurrent_peak from fct_live_minute",
}
"""The same from our marts."""

STEPS = """
create table bounds as select session, min(s) as starts, max(greatest(s, coalesce(e, s))) as ends,
    row_number() over (order by min(s)) as number from stays group by session;
create table merged as select session, person, s, e, is_open, reached, least(e, greatest(s, coalesce(reached, s))) as a,
    case when is_open then e else least(e, greatest(s, coalesce(seen, s))) end as low from (
    select *, max(e) over earlier as reached, max(case when not is_open then e end) over earlier as seen from (
        select session, person, s - starts as s, coalesce(e, ends) - starts as e, e is null as is_open
        from stays inner join bounds using (session)) where s < e
    window earlier as (partition by session, person order by s rows between unbounded preceding and 1 preceding));
create table people as select session, person, sum(e - a) as seconds, sum(e - low) as low, max(e) as left_after,
    count(*) filter (where coalesce(s - reached >= 60, true)) as views, count(*) filter (where is_open) as imputed
    from merged group by session, person;
create table steps as select session, t, d, sum(d) over (order by session, t rows unbounded preceding) as x from (
    select session, t, sum(d) as d from (select session, a as t, 1 as d from merged where a < e
        union all select session, e, -1 from merged where a < e) group by session, t);
create table peaks as select session, peak, min(t) as peak_after from steps
    inner join (select session, max(x) as peak from steps group by session) using (session) where x = peak group by session, peak;
"""
SESSIONS = """
with newcomers as (select number, count(*) as new from (select person, min(number) as number from people
    inner join bounds using (session) group by person) group by number),
counted as (select session, count(*) as people, sum(seconds) as seconds, sum(low) as low, median(seconds) as median,
    quantile_cont(seconds, 0.9) as p90, sum(views) as views, sum(imputed) as imputed,
    count(*) filter (where left_after * 10 > (ends - starts) * 9 and seconds * 4 >= (ends - starts) * 3) as stayed
    from people inner join bounds using (session) group by session),
present as (select session, sum(d) filter (where t <= 300) as at_5, sum(d) filter (where t <= 900) as at_15,
    sum(d) filter (where t <= 1800) as at_30 from steps group by session)
select session, people, seconds, low, median, p90, views, imputed, stayed,
    case when number > 2 then coalesce(new, 0) end, peak, starts + peak_after,
    case when ends - starts >= 300 then at_5 end, case when ends - starts >= 900 then at_15 end,
    case when ends - starts >= 1800 then at_30 end
from bounds inner join counted using (session) inner join peaks using (session) inner join present using (session)
left join newcomers using (number)
"""
MINUTES = """
with entered as (select session, (starts + t) // 60 as minute, sum(d) as d, max(x) as peak, min(starts + t) as first_t,
    sum(d * (least((starts + t) // 60 * 60 + 60, ends) - starts - t)) as inside
    from steps inner join bounds using (session) group by session, minute),
parts as (select session, minute, greatest(starts, minute * 60) as begins, least(ends, minute * 60 + 60) as finishes
    from (select *, unnest(range(starts // 60, (ends - 1) // 60 + 1)) as minute from bounds))
select session, minute, coalesce(inside, 0) + before * (finishes - begins),
    greatest(peak, case when first_t is null or first_t > begins then before end)
from (select *, coalesce(sum(d) over (partition by session order by minute rows between unbounded preceding and 1 preceding), 0)
    as before from parts left join entered using (session, minute))
"""
FROM_CSV = """
create table stays as select session, person, epoch(joined)::bigint as s, epoch("left")::bigint as e from read_csv('{root}/*.csv',
    header = true, types = {{'session': 'varchar', 'joined': 'timestamptz', 'left': 'timestamptz'}});
"""


def in_duckdb(root: Path) -> Figures:
    """By the shortest SQL that gives the same."""
    with duckdb.connect(str(root / "peer.duckdb"), config={"memory_limit": "1GB"}) as connection:
        connection.execute("set timezone = 'UTC'; set preserve_insertion_order = false")
        connection.execute(FROM_CSV.format(root=root) + STEPS)
        return {
            name: connection.execute(query).fetchall() for name, query in (("sessions", SESSIONS), ("minutes", MINUTES))
        }


def in_polars(root: Path) -> Figures:
    """By sorted windows over a lazy frame."""
    at = [pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ").dt.epoch("s") for name in ("joined", "left")]
    read = pl.scan_csv(root / "*.csv", infer_schema=False)
    stays = read.select("session", "person", at[0].alias("s"), at[1].alias("e")).collect()
    ends = pl.max_horizontal("s", "e").max().alias("ends")
    bounds = stays.group_by("session").agg(pl.col("s").min().alias("starts"), ends).sort("starts")
    bounds = bounds.with_row_index("number", 1).with_columns(live=pl.col("ends") - pl.col("starts"))
    known = pl.when(~pl.col("is_open")).then("e")
    merged = (
        stays.lazy()
        .join(bounds.lazy(), on="session")
        .with_columns(
            s=pl.col("s") - pl.col("starts"),
            e=pl.col("e").fill_null(pl.col("ends")) - pl.col("starts"),
            is_open=pl.col("e").is_null(),
        )
        .filter(pl.col("s") < pl.col("e"))
        .sort("session", "person", "s")
        .with_columns(
            reached=pl.col("e").cum_max().shift().over("session", "person"),
            seen=known.cum_max().forward_fill().shift().over("session", "person"),
        )
        .select(
            "session", "person", "number", "live", "e", "is_open",
            (pl.col("s") - pl.col("reached") >= 60).fill_null(True).alias("is_view"),
            pl.min_horizontal("e", pl.max_horizontal("s", "reached")).alias("a"),
            pl.when("is_open").then("e").otherwise(pl.min_horizontal("e", pl.max_horizontal("s", "seen"))).alias("low"),
        )
        .collect()
    )  # fmt: skip
    people = merged.group_by("session", "person").agg(
        pl.col("number").first(),
        pl.col("live").first(),
        seconds=(pl.col("e") - pl.col("a")).sum(),
        low=(pl.col("e") - pl.col("low")).sum(),
        left_after=pl.col("e").max(),
        views=pl.col("is_view").sum(),
        imputed=pl.col("is_open").sum(),
    )
    present = merged.filter(pl.col("a") < pl.col("e"))
    steps = (
        pl.concat([present.select("session", t=name, d=pl.lit(way)) for name, way in (("a", 1), ("e", -1))])
        .group_by("session", "t")
        .agg(pl.col("d").sum())
        .sort("session", "t")
        .with_columns(pl.col("d").cum_sum().over("session").alias("x"))
    )
    first_seen = people.group_by("person").agg(pl.col("number").min())
    new = first_seen.group_by("number").agg(pl.len().alias("new"))
    stayed = (pl.col("left_after") * 10 > pl.col("live") * 9) & (pl.col("seconds") * 4 >= pl.col("live") * 3)
    counted = people.group_by("session").agg(
        pl.len().alias("people"),
        pl.col("seconds").sum(),
        pl.col("low").sum(),
        pl.col("seconds").median().alias("median"),
        pl.col("seconds").quantile(0.9, "linear").alias("p90"),
        pl.col("views").sum(),
        pl.col("imputed").sum(),
        stayed.sum().alias("stayed"),
    )
    peaks = steps.group_by("session").agg(
        pl.col("x").max().alias("peak"),
        pl.col("t").filter(pl.col("x") == pl.col("x").max()).min().alias("peak_after"),
        *(pl.col("d").filter(pl.col("t") <= 60 * at).sum().alias(f"at_{at}") for at in (5, 15, 30)),
    )
    sessions = (
        bounds.join(counted, on="session")
        .join(peaks, on="session")
        .join(new, on="number", how="left")
        .select(
            "session", "people", "seconds", "low", "median", "p90", "views", "imputed", "stayed",
            pl.when(pl.col("number") > 2).then(pl.col("new").fill_null(0)),
            "peak", pl.col("starts") + pl.col("peak_after"),
            *(pl.when(pl.col("live") >= 60 * at).then(f"at_{at}") for at in (5, 15, 30)),
        )
    )  # fmt: skip
    parts = bounds.with_columns(minute=pl.int_ranges(pl.col("starts") // 60, (pl.col("ends") - 1) // 60 + 1)).explode(
        "minute"
    )
    changes = steps.join(bounds, on="session").with_columns(t=pl.col("starts") + pl.col("t"))
    end = pl.min_horizontal(pl.col("t") // 60 * 60 + 60, "ends")
    entered = changes.group_by("session", minute=pl.col("t") // 60).agg(
        pl.col("d").sum(),
        pl.col("x").max().alias("peak"),
        pl.col("t").min().alias("first"),
        (pl.col("d") * (end - pl.col("t"))).sum().alias("inside"),
    )
    begins, finishes = (
        pl.max_horizontal("starts", pl.col("minute") * 60),
        pl.min_horizontal("ends", pl.col("minute") * 60 + 60),
    )
    minutes = (
        parts.join(entered, on=["session", "minute"], how="left")
        .sort("session", "minute")
        .with_columns(before=pl.col("d").fill_null(0).cum_sum().shift(fill_value=0).over("session"))
        .select(
            "session", "minute", pl.col("inside").fill_null(0) + pl.col("before") * (finishes - begins),
            pl.max_horizontal("peak", pl.when((pl.col("first") > begins).fill_null(True)).then("before")),
        )
    )  # fmt: skip
    return {"sessions": sessions.rows(), "minutes": minutes.rows()}


def in_pandas(root: Path) -> Figures:
    """By sorted frames, as an analyst would."""
    import numpy as np
    import pandas as pd

    files = sorted((root / "home" / "lake" / "live_stays").glob("landed_on=2*/*.parquet"))
    columns = ["session_id", "person_key", "joined_at", "left_at"]
    stays = pd.concat([pd.read_parquet(file, columns=columns) for file in files], ignore_index=True)
    stays.columns = pd.Index(["session", "person", "s", "e"])
    stays["session"], names = pd.factorize(stays["session"])
    stays["person"] = pd.factorize(stays["person"])[0]
    stays["is_open"] = stays["e"].isna()
    stays["e"] = stays["e"].fillna(stays["s"])
    for name in ("s", "e"):
        stays[name] = stays[name].astype("datetime64[s, UTC]").astype("int64")
    bounds = stays.groupby("session").agg(starts=("s", "min"), ends=("e", "max"))
    bounds["number"], bounds["live"] = bounds["starts"].rank().astype("int64"), bounds["ends"] - bounds["starts"]
    starts, live, number = (bounds[name].to_numpy() for name in ("starts", "live", "number"))
    stays["e"] = (stays["e"] - starts[stays["session"]]).where(~stays["is_open"], live[stays["session"]])
    stays["s"] -= starts[stays["session"]]
    merged = stays[stays["s"] < stays["e"]].sort_values(["session", "person", "s"])
    del stays
    keys = [merged["session"], merged["person"]]
    known = merged["e"].where(~merged["is_open"], -1)
    # Before the first stay of a person nothing is reached.
    reached, seen = (ends.groupby(keys).cummax().groupby(keys).shift(fill_value=-60) for ends in (merged["e"], known))
    merged["is_view"] = merged["s"] - reached >= 60
    merged["a"] = np.minimum(merged["e"], np.maximum(merged["s"], reached))
    merged["seconds"] = merged["e"] - merged["a"]
    low = merged["e"] - np.minimum(merged["e"], np.maximum(merged["s"], seen))
    merged["low"] = low.where(~merged["is_open"], 0)
    people = merged.groupby(["session", "person"], as_index=False).agg(
        seconds=("seconds", "sum"), low=("low", "sum"), left_after=("e", "max"), views=("is_view", "sum"), imputed=("is_open", "sum")
    )  # fmt: skip
    of_session = live[people["session"]]
    people["stayed"] = (people["left_after"] * 10 > of_session * 9) & (people["seconds"] * 4 >= of_session * 3)
    people["number"] = number[people["session"]]
    by_session = people.groupby("session")
    found = by_session.agg(
        people=("seconds", "size"), seconds=("seconds", "sum"), low=("low", "sum"), median=("seconds", "median"),
        views=("views", "sum"), imputed=("imputed", "sum"), stayed=("stayed", "sum"),
    )  # fmt: skip
    found["p90"] = by_session["seconds"].quantile(0.9)
    found["new"] = bounds["number"].map(people.groupby("person")["number"].min().value_counts()).fillna(0)
    found["new"] = found["new"].where(bounds["number"] > 2)
    present = merged[merged["a"] < merged["e"]]
    ways = [present[["session", name]].set_axis(["session", "t"], axis=1) for name in ("a", "e")]
    steps = pd.concat([way.assign(d=sign) for way, sign in zip(ways, (1, -1), strict=True)])
    steps = steps.groupby(["session", "t"])["d"].sum().reset_index()
    steps["x"] = steps.groupby("session")["d"].cumsum()
    first = steps.loc[steps.groupby("session")["x"].idxmax()].set_index("session")
    found["peak"], found["peak_at"] = first["x"], first["t"] + bounds["starts"]
    for at in (5, 15, 30):
        held = steps[steps["t"] <= 60 * at].groupby("session")["d"].sum()
        found[f"at_{at}"] = held.reindex(found.index, fill_value=0).where(bounds["live"] >= 60 * at)
    steps["t"] += starts[steps["session"]]
    steps["minute"] = steps["t"] // 60
    end = np.minimum(steps["minute"] * 60 + 60, bounds["ends"].to_numpy()[steps["session"]])
    steps["inside"] = steps["d"] * (end - steps["t"])
    entered = steps.groupby(["session", "minute"]).agg(
        d=("d", "sum"), peak=("x", "max"), first=("t", "min"), inside=("inside", "sum")
    )
    spans = (bounds["ends"] - 1) // 60 - bounds["starts"] // 60 + 1
    parts = bounds.loc[bounds.index.repeat(spans)].reset_index()
    parts["minute"] = parts["starts"] // 60 + parts.groupby("session").cumcount()
    parts = parts.merge(entered, how="left", on=["session", "minute"])
    before = parts["d"].fillna(0).groupby(parts["session"]).cumsum().groupby(parts["session"]).shift(fill_value=0)
    begins, finishes = (
        np.maximum(parts["starts"], parts["minute"] * 60),
        np.minimum(parts["ends"], parts["minute"] * 60 + 60),
    )
    parts["concurrent"] = parts["inside"].fillna(0) + before * (finishes - begins)
    parts["peak"] = np.fmax(parts["peak"], before.where(~(parts["first"] <= begins)))
    order = [
        "people", "seconds", "low", "median", "p90", "views", "imputed", "stayed", "new", "peak", "peak_at", "at_5", "at_15", "at_30",
    ]  # fmt: skip
    found.insert(0, "name", names[found.index])
    parts["session"] = names[parts["session"]]
    tables = {"sessions": found[["name", *order]], "minutes": parts[["session", "minute", "concurrent", "peak"]]}
    return {
        name: [tuple(None if value != value else value for value in row) for row in table.astype(object).to_numpy()]
        for name, table in tables.items()
    }


CLICKHOUSE = """
create table stays engine = Memory as select session_id as session, reinterpretAsUInt128(unhex(person_key)) as person,
    toInt64(toUnixTimestamp(joined_at)) as s, toInt64(toUnixTimestamp(left_at)) as e from file('{lake}/live_stays/landed_on=2*/*.parquet', Parquet);
create table bounds engine = Memory as select *, row_number() over (order by starts) as number from (
    select session, min(s) as starts, max(greatest(s, ifNull(e, s))) as ends from stays group by session);
create table merged engine = Memory as select session, person, s, e, is_open, reached,
    least(e, greatest(s, ifNull(reached, s))) as a, if(is_open, e, least(e, greatest(s, ifNull(seen, s)))) as low from (
    select *, max(toNullable(e)) over earlier as reached, max(if(is_open, null, e)) over earlier as seen from (
        select session, person, s - starts as s, assumeNotNull(ifNull(t.e, ends)) - starts as e, isNull(t.e) as is_open
        from stays as t inner join bounds using (session)) where s < e
    window earlier as (partition by session, person order by s rows between unbounded preceding and 1 preceding));
create table people engine = Memory as select session, person, sum(m.e - a) as seconds, sum(m.e - m.low) as low, max(m.e) as left_after,
    countIf(ifNull(s - reached >= 60, true)) as views, countIf(is_open) as imputed from merged as m group by session, person;
create table steps engine = Memory as select session, t, d, sum(d) over (partition by session order by t) as x from (
    select session, t, sum(d) as d from (select session, a as t, 1 as d from merged where a < e
        union all select session, e as t, -1 as d from merged where a < e) group by session, t);
create table peaks engine = Memory as select session, max(x) as peak, argMax(t, (x, -t)) as peak_after, sumIf(d, t <= 300) as at_5,
    sumIf(d, t <= 900) as at_15, sumIf(d, t <= 1800) as at_30 from steps group by session
"""
IN_CLICKHOUSE = {
    "sessions": """
with newcomers as (select number, count() as new from (select person, min(number) as number from people
    inner join bounds using (session) group by person) group by number),
counted as (select session, count() as people, sum(p.seconds) as seconds, sum(p.low) as low, quantileExactInclusive(0.5)(p.seconds) as median,
    quantileExactInclusive(0.9)(p.seconds) as p90, sum(p.views) as views, sum(p.imputed) as imputed,
    countIf(left_after * 10 > (ends - starts) * 9 and p.seconds * 4 >= (ends - starts) * 3) as stayed
    from people as p inner join bounds using (session) group by session)
select session, people, seconds, low, median, p90, views, imputed, stayed, if(number > 2, new, null), peak,
    starts + peak_after, if(ends - starts >= 300, at_5, null), if(ends - starts >= 900, at_15, null),
    if(ends - starts >= 1800, at_30, null)
from bounds inner join counted using (session) inner join peaks using (session) left join newcomers using (number)
""",
    "minutes": """
with entered as (select session, intDiv(starts + t, 60) as minute, toNullable(sum(s.d)) as d, toNullable(max(x)) as peak,
    toNullable(min(starts + t)) as first_t, toNullable(sum(s.d * (least(intDiv(starts + t, 60) * 60 + 60, ends) - starts - t))) as inside
    from steps as s inner join bounds using (session) group by session, minute),
parts as (select session, arrayJoin(range(intDiv(starts, 60), intDiv(ends - 1, 60) + 1)) as minute,
    greatest(starts, minute * 60) as begins, least(ends, minute * 60 + 60) as finishes from bounds)
select session, minute, ifNull(inside, 0) + before * (finishes - begins),
    if(isNull(first_t) or first_t > begins, greatest(ifNull(peak, before), before), peak)
from (select *, ifNull(sum(d) over (partition by session order by minute rows between unbounded preceding and 1 preceding), 0)
    as before from parts left join entered using (session, minute))
""",
}


def in_clickhouse(root: Path) -> Figures:
    """By ClickHouse's own windows, in memory."""
    with import_module("chdb.session").Session() as session:
        session.query("create database if not exists live; use live")
        for statement in CLICKHOUSE.format(lake=root / "home" / "lake").split(";"):
            session.query(statement)
        exact = " settings output_format_json_quote_64bit_integers = 0"
        answers = {
            name: str(session.query(query + exact, "JSONCompactEachRow")) for name, query in IN_CLICKHOUSE.items()
        }
    return {name: [tuple(json.loads(line)) for line in answer.splitlines()] for name, answer in answers.items()}
