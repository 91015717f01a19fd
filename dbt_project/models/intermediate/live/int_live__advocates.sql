{#
    How well an advocate's sessions hold viewers, each figure drawn towards the mean of all advocates as far as sessions of one
    advocate differ among themselves (partial pooling, normal-normal, variances by moments). An advocate's own figure is a ratio of
    sums over their sessions, whose sampling variance is that of the linearised ratio, pooled over the advocates with two sessions
    or more. Those give mean and variances; anybody else is expected to be like them, which is the prior.
#}
with

sessions as (

    select
        described.campaign_id,
        described.advocate,
        described.session_id,
        figures.live_microseconds,
        figures.unique_attendees,
        figures.present_at_15m,
        figures.attended_microseconds,
        clicked.clickers,
    from {{ ref('int_live__sessions') }} as described
    inner join {{ ref('int_live__session_figures') }} as figures
        on
            described.campaign_id = figures.campaign_id
            and described.session_id = figures.session_id
    left join {{ ref('int_live__resource_clickers') }} as clicked
        on
            described.campaign_id = clicked.campaign_id
            and described.session_id = clicked.session_id
            and clicked.resource_id = 'all'
    where
        described.advocate is not null
        and described.is_in_campaign
        and described.basis = 'intervals'
        and figures.live_microseconds <= 86400000000

),

observed as (

    select
        campaign_id,
        advocate,
        'L07' as kpi_id,
        cast({{ minutes('attended_microseconds') }} as double) as numerator,
        cast(unique_attendees as double) as denominator,
    from sessions
    where unique_attendees > 0
    {%- for kpi_id, people, is_known in [
        ('L09', 'present_at_15m', 'live_microseconds >= 900000000'),
        ('L15', 'clickers', 'clickers is not null'),
    ] %}
        union all
        select
            campaign_id,
            advocate,
            '{{ kpi_id }}' as kpi_id,
            cast(100 as double) * {{ people }} as numerator,
            cast(unique_attendees as double) as denominator,
        from sessions
        where unique_attendees > 0 and {{ is_known }}
    {%- endfor %}

),

own as (

    select
        campaign_id,
        advocate,
        kpi_id,
        count(*) as sessions,
        {{ exact_sum('numerator') }} as numerator,
        {{ exact_sum('denominator') }} as denominator,
        {{ exact_sum('numerator') }} / {{ exact_sum('denominator') }} as figure,
    from observed
    group by campaign_id, advocate, kpi_id

),

-- What a session of an advocate adds to the variance of their figure, were it their only one.
sampling as (

    select
        observed.campaign_id,
        observed.kpi_id,
        {{ sorted_sum('pow((observed.numerator - own.figure * observed.denominator) * own.sessions / own.denominator, 2)') }}
        / (count(*) - count(distinct observed.advocate)) as variance,
    from observed
    inner join own
        on
            observed.campaign_id = own.campaign_id
            and observed.advocate = own.advocate
            and observed.kpi_id = own.kpi_id
    where own.sessions >= 2
    group by observed.campaign_id, observed.kpi_id

),

weighted as (

    select
        own.campaign_id,
        own.kpi_id,
        own.figure,
        sampling.variance / own.sessions as variance,
        own.sessions / sampling.variance as weight,
    from own
    inner join sampling on own.campaign_id = sampling.campaign_id and own.kpi_id = sampling.kpi_id
    where own.sessions >= 2 and sampling.variance > 0

),

-- How far advocates differ beyond that, by DerSimonian and Laird.
spread as (

    select
        weighted.campaign_id,
        weighted.kpi_id,
        count(*) as advocates,
        greatest(
            0,
            ({{ sorted_sum('weighted.weight * pow(weighted.figure - centres.mean, 2)') }} - (count(*) - 1))
            / nullif(
                {{ sorted_sum('weighted.weight') }}
                - {{ sorted_sum('pow(weighted.weight, 2)') }} / {{ sorted_sum('weighted.weight') }},
                0
            )
        ) as variance,
    from weighted
    inner join (
        select
            campaign_id,
            kpi_id,
            {{ sorted_sum('weight * figure') }} / {{ sorted_sum('weight') }} as mean,
        from weighted
        group by campaign_id, kpi_id
    ) as centres
        on weighted.campaign_id = centres.campaign_id and weighted.kpi_id = centres.kpi_id
    group by weighted.campaign_id, weighted.kpi_id
    having count(*) >= 2

),

priors as (

    select
        weighted.campaign_id,
        weighted.kpi_id,
        spread.advocates,
        spread.variance,
        {{ sorted_sum('weighted.figure / (weighted.variance + spread.variance)') }}
        / {{ sorted_sum('1 / (weighted.variance + spread.variance)') }} as mean,
        1 / {{ sorted_sum('1 / (weighted.variance + spread.variance)') }} as mean_variance,
    from weighted
    inner join spread on weighted.campaign_id = spread.campaign_id and weighted.kpi_id = spread.kpi_id
    group by weighted.campaign_id, weighted.kpi_id, spread.advocates, spread.variance

),

-- The quantile is that of t, as the mean is estimated from so many advocates.
quantiles as (

    select
        advocates,
        {{ student_quantile('0.95', 'cast(advocates - 1 as double)') }} as quantile, -- noqa: PRS
    from (select distinct advocates from priors) as known

),

asked as (

    select distinct
        described.campaign_id,
        described.advocate,
        known.kpi_id,
    from {{ ref('int_live__sessions') }} as described
    cross join (values ('L07'), ('L09'), ('L15')) as known (kpi_id)
    where described.advocate is not null and described.is_in_campaign

),

pooled as (

    select
        asked.*,
        coalesce(own.sessions, 0) as sessions,
        own.numerator,
        own.denominator,
        own.figure as observed,
        priors.advocates,
        priors.mean as prior_mean,
        priors.variance as prior_variance,
        priors.mean_variance,
        quantiles.quantile,
        sampling.variance / nullif(own.sessions, 0) as own_variance,
        case
            when priors.mean is null then null
            when own.sessions >= 2 then priors.variance / (priors.variance + sampling.variance / own.sessions)
            else 0
        end as own_weight,
    from asked
    left join own
        on
            asked.campaign_id = own.campaign_id
            and asked.advocate = own.advocate
            and asked.kpi_id = own.kpi_id
    left join priors on asked.campaign_id = priors.campaign_id and asked.kpi_id = priors.kpi_id
    left join sampling on asked.campaign_id = sampling.campaign_id and asked.kpi_id = sampling.kpi_id
    left join quantiles on priors.advocates = quantiles.advocates

),

estimated as (

    select
        *,
        prior_mean + own_weight * coalesce(observed - prior_mean, 0) as estimate,
        sqrt(
            case when sessions >= 2 then own_weight * own_variance else prior_variance end
            + pow(1 - own_weight, 2) * mean_variance
        ) as standard_error,
    from pooled

),

-- Bounds end at 0 and at 100 percent, but for clicks, which people make who did not attend.
bounded as (

    select
        *,
        case when estimate is not null then greatest(0, estimate - quantile * standard_error) end as ci_low,
        case
            when kpi_id = 'L09' and estimate + quantile * standard_error > 100 then 100
            else estimate + quantile * standard_error
        end as ci_high,
    from estimated

)

select
    campaign_id,
    advocate,
    kpi_id,
    sessions,
    numerator,
    denominator,
    observed,
    cast(advocates as bigint) as advocates,
    prior_mean,
    own_weight,
    estimate,
    standard_error,
    ci_low,
    ci_high,
    100 * estimate / nullif(prior_mean, 0) as score,
    100 * ci_low / nullif(prior_mean, 0) as score_low,
    100 * ci_high / nullif(prior_mean, 0) as score_high,
    sessions < 2 as is_prior_only,
    case
        when kpi_id = 'L15' and count(observed) over (partition by campaign_id, kpi_id) = 0 then 'no_click_named'
        when estimate is null then 'too_few_sessions'
        when prior_mean = 0 then 'no_denominator'
    end as reason,
from bounded
