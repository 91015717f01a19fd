{#
    The incomplete beta function and its inverse, from which the intervals and tests of shares and means follow. With
    t = x * exp(-s / a) its integral runs over a smooth function of s > 0, which the double exponential rule sums to 11 digits.
    Arguments are columns or literals, since they are repeated. sqlfluff cannot read the lambdas: lines that call them say `noqa: PRS`.
#}

{# The logarithm of the gamma function: Stirling's series, ten steps up. #}
{% macro log_gamma(x) -%}
    {%- set z = '(' ~ x ~ ' + 10)' -%}
    (
        ({{ z }} - 0.5) * ln({{ z }}) - {{ z }} + 0.5 * ln(2 * pi())
        + 1 / (12 * {{ z }}) - 1 / (360 * pow({{ z }}, 3)) + 1 / (1260 * pow({{ z }}, 5)) - 1 / (1680 * pow({{ z }}, 7))
        + 1 / (1188 * pow({{ z }}, 9))
        - ln({% for step in range(10) %}({{ x }} + {{ step }}){{ ' * ' if not loop.last }}{% endfor %})
    )
{%- endmacro %}

{% macro log_beta(a, b) -%}
    ({{ log_gamma(a) }} + {{ log_gamma(b) }} - {{ log_gamma('(' ~ a ~ ' + ' ~ b ~ ')') }})
{%- endmacro %}

{# The integral over s of the beta density up to x = exp(log_x), relative to the density there. #}
{% macro beta_integral(log_x, a, b) -%}
    {%- set width = 'sqrt(1 + ' ~ a ~ ' * ' ~ b ~ ' / (' ~ a ~ ' + ' ~ b ~ '))' -%}
    {{ width }} * list_sum(list_transform(
        list_transform(range(-13, 16), lambda step: struct_pack(
            s := exp(step / 4.0 - exp(-step / 4.0)),
            weight := (1 + exp(-step / 4.0)) / 4 * exp(step / 4.0 - exp(-step / 4.0))
        )),
        lambda node: node.weight * exp(
            ({{ b }} - 1) * (ln(1 - exp({{ log_x }} - {{ width }} * node.s / {{ a }})) - ln(1 - exp({{ log_x }})))
            - {{ width }} * node.s
        )
    ))
{%- endmacro %}

{# The probability below x of a beta distribution, for 0 < x < 1. #}
{% macro beta_probability(x, a, b) -%}
    (
        exp({{ a }} * ln({{ x }}) + ({{ b }} - 1) * ln(1 - {{ x }}) - ln({{ a }}) - {{ log_beta(a, b) }})
        * {{ beta_integral('ln(' ~ x ~ ')', a, b) }}
    )
{%- endmacro %}

{# The value that a beta distribution falls below with a probability, by Newton's method on logarithms, concave for b >= 1. #}
{% macro beta_quantile(probability, a, b) -%}
    exp(list_reduce(
        [
            greatest(
                ({{ log_beta(a, b) }} + ln({{ a }}) + ln({{ probability }})) / {{ a }},
                -ln(1 + exp(2 * sqrt(1 / {{ a }} + 1 / {{ b }}) - ln({{ a }} / {{ b }})))
            ),
            0, 0, 0, 0, 0
        ],
        lambda log_x, step: list_extract(list_transform(
            [{{ beta_integral('log_x', a, b) }}],
            lambda integral: least(
                log_x - (
                    {{ a }} * log_x + ({{ b }} - 1) * ln(1 - exp(log_x)) + ln(integral)
                    - {{ log_beta(a, b) }} - ln({{ a }}) - ln({{ probability }})
                ) * integral / {{ a }},
                -1e-16
            )
        ), 1)
    ))
{%- endmacro %}

{# The probability that Student's t lies further from 0 than some value. #}
{% macro student_probability(t, degrees_of_freedom) -%}
    {%- set below = 'pow(' ~ t ~ ', 2) / (' ~ degrees_of_freedom ~ ' + pow(' ~ t ~ ', 2))' -%}
    {%- set beyond = degrees_of_freedom ~ ' / (' ~ degrees_of_freedom ~ ' + pow(' ~ t ~ ', 2))' -%}
    case
        when {{ t }} = 0 then 1
        when abs({{ t }}) < 1.5 then 1 - {{ beta_probability('(' ~ below ~ ')', '0.5', '(' ~ degrees_of_freedom ~ ' / 2)') }}
        else {{ beta_probability('(' ~ beyond ~ ')', '(' ~ degrees_of_freedom ~ ' / 2)', '0.5') }}
    end
{%- endmacro %}

{# The value within which Student's t lies, on either side of 0, with a probability; with one degree of freedom it is Cauchy's. #}
{% macro student_quantile(probability, degrees_of_freedom) -%}
    case
        when {{ degrees_of_freedom }} = 1 then tan(pi() / 2 * {{ probability }})
        else sqrt(
            {{ degrees_of_freedom }}
            / (1 / {{ beta_quantile(probability, '0.5', '(' ~ degrees_of_freedom ~ ' / 2)') }} - 1)
        )
    end
{%- endmacro %}

{# The probability that Fisher's F is larger than some value. #}
{% macro fisher_probability(f, numerator_freedom, denominator_freedom) -%}
    {%- set scaled = numerator_freedom ~ ' * ' ~ f -%}
    {%- set below = '(' ~ scaled ~ ' / (' ~ denominator_freedom ~ ' + ' ~ scaled ~ '))' -%}
    {%- set beyond = '(' ~ denominator_freedom ~ ' / (' ~ denominator_freedom ~ ' + ' ~ scaled ~ '))' -%}
    {%- set halves = ['(' ~ numerator_freedom ~ ' / 2)', '(' ~ denominator_freedom ~ ' / 2)'] -%}
    case
        when {{ f }} = 0 then 1
        when {{ f }} < 1.5 then 1 - {{ beta_probability(below, halves[0], halves[1]) }}
        else {{ beta_probability(beyond, halves[1], halves[0]) }}
    end
{%- endmacro %}
