{#
    Whether the answers to a question as a whole differ between groups of respondents: two waves or values of a segment, all waves up
    to one, or all values of a segment, which have blanks in the place of the two. Pearson's statistic of the table of answers by groups
    with Rao and Scott's second-order correction, as R's svychisq makes it. With V the covariances of the table's shares p, Q = 1 / p
    less what answers and groups add up to, and n respondents, the corrections are the traces of n Q V and of its square. Of answers and
    groups, that is X (X' D X)- X', answers are solved for in closed form and groups by inverting S, what answers leave of them. The
    weights of a wave are scaled to its respondents.
#}
{%- set item = ['campaign_id', 'survey_id', 'sample', 'question_key', 'segment_name'] %}
{%- set cell = survey_keys('sample') + ['question_code', 'segment_name'] %}
{%- set test = item + ['comparison', 'from_wave', 'to_wave', 'segment_value', 'from_segment_value'] %}
with recursive

pairs as (

    select
        {{ listed(test) }}
        cast(max(degrees_of_freedom) as bigint) as degrees_of_freedom,
    from {{ ref('int_survey__changes') }}
    where comparison in ('wave', 'segment') and change is not null and not is_raked and paired_base is null
    group by all
    having count(*) filter (where reason = 'single_psu_stratum') = 0

),

answers as (

    select
        {{ listed(item, 'estimates') }}
        estimates.wave,
        estimates.question_code,
        estimates.segment_value,
        estimates.event_on,
        estimates.answer_code,
        estimates.answer_weighted,
        estimates.base_unweighted,
        estimates.base_weighted,
        estimates.degrees_of_freedom,
        row_number() over (
            order by {{ listed(cell, 'estimates') }} estimates.segment_value, estimates.answer_code
        ) as entry_id,
    from {{ ref('int_survey__estimates') }} as estimates
    inner join {{ ref('int_survey__questions') }} as questions
        on {{ same('estimates', 'questions', survey_keys('question')) }} and questions.kind in ('single', 'grid', 'scale')
    -- An answer that nobody gave has an error in any design.
    anti join (
        select *
        from {{ ref('int_survey__estimates') }}
        where reason = 'single_psu_stratum'
    ) as unknown on {{ same('estimates', 'unknown', survey_keys('cell')) }}
    where {{ is_in_table('estimates') }}

),

groups as (

    select distinct * exclude (answer_code, answer_weighted, entry_id) from answers

),

members as (

    {% for wave, value in [('from_wave', 'from_segment_value'), ('to_wave', 'segment_value')] -%}
        select
            {{ listed(test) }}
            {{ wave }} as of_wave,
            {{ value }} as of_value,
            degrees_of_freedom,
        from pairs
        union all
    {% endfor -%}
    select
        {{ listed(item, 'groups') }}
        'segment' as comparison,
        groups.wave as from_wave,
        groups.wave as to_wave,
        '' as segment_value,
        '' as from_segment_value,
        groups.wave as of_wave,
        groups.segment_value as of_value,
        freedoms.degrees_of_freedom,
    from groups
    inner join {{ ref('int_survey__freedoms') }} as freedoms on {{ same('groups', 'freedoms', cell) }}
    qualify count(*) over (partition by {{ joined(cell, 'groups') }}) > 2
    union all
    select
        {{ listed(item, 'later') }}
        'wave' as comparison,
        '' as from_wave,
        later.wave as to_wave,
        later.segment_value,
        later.segment_value as from_segment_value,
        earlier.wave as of_wave,
        earlier.segment_value as of_value,
        cast(
            sum(earlier.degrees_of_freedom) over (
                partition by {{ listed(cell, 'later') }} later.segment_value
            ) as bigint
        ) as degrees_of_freedom,
    from groups as later
    inner join groups as earlier
        on
            {{ same('later', 'earlier', item + ['segment_value']) }}
            and (
                earlier.event_on < later.event_on
                or (earlier.event_on = later.event_on and earlier.wave <= later.wave)
            )
    -- Waves of a panel are no independent groups.
    anti join (
        select *
        from {{ ref('int_survey__changes') }}
        where paired_base is not null
    ) as paired on {{ same('later', 'paired', item) }}
    qualify count(*) over (partition by {{ listed(cell, 'later') }} later.segment_value) > 2

),

numbered as (

    select
        members.*,
        answers.question_code,
        answers.answer_code,
        answers.entry_id,
        answers.base_unweighted,
        case when members.comparison = 'wave' then answers.base_unweighted / answers.base_weighted else 1 end as scale,
        answers.answer_weighted
        * case when members.comparison = 'wave' then answers.base_unweighted / answers.base_weighted else 1 end as weight,
        dense_rank() over (order by {{ joined(test, 'members') }}) as test_id,
        dense_rank() over (
            partition by {{ joined(test, 'members') }} order by members.of_wave, members.of_value
        ) as group_id,
    from members
    inner join answers
        on
            {{ same('members', 'answers', item) }}
            and members.of_wave = answers.wave
            and members.of_value = answers.segment_value

),

-- An answer that nobody of the groups gave is none of the table.
weighed as (

    select
        *,
        list_sum(list_sort(list(weight) over of_test)) as whole_weight,
        list_sum(list_sort(list(weight) over of_answer)) as answer_weight,
        list_sum(list_sort(list(weight) over of_group)) as group_weight,
        sum(case when answer_place = 1 then base_unweighted else 0 end) over of_test as respondents,
        max(group_id) over of_test as group_count,
        count(*) over of_answer as answer_groups,
        dense_rank() over (partition by test_id order by answer_code) as answer_id,
    from (
        select
            *,
            row_number() over (partition by test_id, group_id order by answer_code) as answer_place,
        from (
            select *
            from numbered
            qualify max(weight) over (partition by test_id, answer_code) > 0
        ) as given
    ) as placed
    window
        of_test as (partition by test_id),
        of_answer as (partition by test_id, answer_code),
        of_group as (partition by test_id, group_id)

),

-- A table with an answer that one of the groups did not give, or with one answer alone, is not tested.
cells as (

    select
        test_id,
        answer_id,
        group_id,
        (answer_id - 1) * group_count + group_id as cell_id,
        group_count,
        respondents,
        degrees_of_freedom,
        entry_id,
        scale / whole_weight as scale,
        weight / whole_weight as share,
        answer_weight / whole_weight as answer_share,
        group_weight / whole_weight as group_share,
        weight / answer_weight as part_of_answer,
    from weighed
    qualify
        min(weight) over (partition by test_id) > 0
        and min(answer_groups) over (partition by test_id) = group_count
        and max(answer_id) over (partition by test_id) > 1
        and group_count > 1

),

pearson as (

    select
        test_id,
        max(respondents) as respondents,
        max(degrees_of_freedom) as degrees_of_freedom,
        max(group_count) as group_count,
        max(respondents) * {{ sorted_sum(
            'pow(share - answer_share * group_share, 2) / (answer_share * group_share)'
        ) }} as statistic,
    from cells
    group by all

),

-- S but for the last group, which the others leave nothing of.
left_of_groups as (

    select
        one.test_id,
        one.group_id,
        other.group_id as other_id,
        max(case when one.group_id = other.group_id then one.group_share else 0 end)
        - {{ sorted_sum('one.share * other.part_of_answer') }} as left_over,
        max(one.group_count) as group_count,
    from cells as one
    inner join cells as other on one.test_id = other.test_id and one.answer_id = other.answer_id
    where one.group_id < one.group_count and other.group_id < other.group_count
    group by one.test_id, one.group_id, other.group_id

),

-- A group a step, by Gauss and Jordan.
inverted as (

    select
        test_id,
        group_id,
        other_id,
        group_count,
        left_over as value,
        1 as step,
    from left_of_groups
    union all
    select
        test_id,
        group_id,
        other_id,
        group_count,
        case
            when group_id = step and other_id = step then 1 / leading_value
            when group_id = step then in_row / leading_value
            when other_id = step then -in_column / leading_value
            else value - in_column * in_row / leading_value
        end as value,
        step + 1 as step,
    from (
        select
            *,
            max(case when group_id = step and other_id = step then value end) over (partition by test_id) as leading_value,
            max(case when group_id = step then value end) over (partition by test_id, other_id) as in_row,
            max(case when other_id = step then value end) over (partition by test_id, group_id) as in_column,
        from inverted
        where step < group_count
    ) as turned

),

-- What answers leave of groups, in every cell, times the inverse of S.
solved as (

    select
        test_id,
        cell_id,
        list_transform(list_sort(list(struct_pack(place := other_id, value := value))), lambda s: s.value) as by_group,
    from (
        select
            cells.test_id,
            cells.cell_id,
            inverted.other_id,
            {{ sorted_sum(
                '(case when cells.group_id = inverted.group_id then 1 else 0 end - others.part_of_answer) * inverted.value'
            ) }} as value,
        from cells
        inner join inverted on cells.test_id = inverted.test_id and inverted.step = inverted.group_count
        inner join cells as others
            on
                cells.test_id = others.test_id
                and cells.answer_id = others.answer_id
                and inverted.group_id = others.group_id
        group by cells.test_id, cells.cell_id, inverted.other_id
    ) as products
    group by all

),

-- By the numbers of their answers: there may be millions, which text would make ten times as large.
covariances as (

    select
        one.entry_id,
        other.entry_id as other_id,
        sums.segment_value <> sums.other_value as is_told_once,
        sums.covariance,
    from {{ ref('int_survey__covariances') }} as sums
    inner join answers as one on {{ same('sums', 'one', cell + ['segment_value', 'answer_code']) }}
    inner join answers as other
        on
            {{ same('sums', 'other', cell) }}
            and sums.other_value = other.segment_value
            and sums.other_code = other.answer_code

),

both_ways as (

    select
        entry_id,
        other_id,
        covariance,
    from covariances
    union all
    select
        other_id,
        entry_id,
        covariance,
    from covariances
    where is_told_once

),

-- V.
varied as (

    select
        one.test_id,
        one.answer_id,
        one.group_id,
        one.cell_id,
        other.cell_id as other_id,
        one.share,
        one.answer_share,
        coalesce(both_ways.covariance, 0) * one.scale * other.scale as covariance,
    from cells as one
    inner join cells as other on one.test_id = other.test_id
    left join both_ways on one.entry_id = both_ways.entry_id and other.entry_id = both_ways.other_id

),

of_answers as (

    select
        test_id,
        answer_id,
        other_id,
        {{ sorted_sum('covariance') }} as covariance,
    from varied
    group by all

),

-- What answers leave of groups, times V.
of_groups as (

    select
        test_id,
        other_id,
        list_transform(list_sort(list(struct_pack(place := group_id, value := covariance))), lambda s: s.value) as by_group,
    from (
        select
            varied.test_id,
            varied.group_id,
            varied.other_id,
            {{ sorted_sum('varied.covariance - cells.part_of_answer * of_answers.covariance') }} as covariance,
        from varied
        inner join cells on varied.test_id = cells.test_id and varied.cell_id = cells.cell_id
        inner join of_answers
            on
                varied.test_id = of_answers.test_id
                and varied.answer_id = of_answers.answer_id
                and varied.other_id = of_answers.other_id
        where varied.group_id < cells.group_count
        group by varied.test_id, varied.group_id, varied.other_id
    ) as sums
    group by all

),

-- Q V.
projected as (

    select
        varied.test_id,
        varied.cell_id,
        varied.other_id,
        varied.covariance / varied.share - of_answers.covariance / varied.answer_share - list_sum(list_transform(
            range(array_length(solved.by_group)),
            lambda place: list_extract(solved.by_group, place + 1) * list_extract(of_groups.by_group, place + 1)
        )) as value,
    from varied
    inner join of_answers
        on
            varied.test_id = of_answers.test_id
            and varied.answer_id = of_answers.answer_id
            and varied.other_id = of_answers.other_id
    inner join solved on varied.test_id = solved.test_id and varied.cell_id = solved.cell_id
    inner join of_groups on varied.test_id = of_groups.test_id and varied.other_id = of_groups.other_id

),

traces as (

    select
        pearson.test_id,
        max(pearson.respondents)
        * {{ sorted_sum('case when one.cell_id = one.other_id then one.value end') }} as trace,
        pow(max(pearson.respondents), 2) * {{ sorted_sum('one.value * other.value') }} as square_trace,
    from pearson
    inner join projected as one on pearson.test_id = one.test_id
    inner join projected as other
        on one.test_id = other.test_id and one.cell_id = other.other_id and one.other_id = other.cell_id
    group by pearson.test_id

),

corrected as (

    select
        pearson.test_id,
        pearson.group_count,
        pearson.statistic / traces.trace as f,
        pow(traces.trace, 2) / traces.square_trace as numerator_freedom,
        pow(traces.trace, 2) / traces.square_trace * pearson.degrees_of_freedom as denominator_freedom,
    from pearson
    inner join traces on pearson.test_id = traces.test_id
    where traces.trace > 0 and pearson.degrees_of_freedom > 0

),

tested as (

    select
        {{ listed(test, 'tests') }}
        corrected.group_count,
        corrected.f,
        corrected.numerator_freedom,
        corrected.denominator_freedom,
        {{ fisher_probability('f', 'numerator_freedom', 'denominator_freedom') }} as p_value, -- noqa: PRS
    from corrected
    inner join (
        select distinct
            {{ listed(test) }}
            test_id,
        from numbered
    ) as tests on corrected.test_id = tests.test_id

)

select * from tested
