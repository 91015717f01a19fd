"""The words for yes and no in the languages that files come in, in lower case. What they answer is for those who read them."""
# ruff: noqa: RUF001 - words of many languages

YES_AND_NO = (
    ("yes", "no"), ("true", "false"), ("1", "0"), ("نعم", "لا"), ("بله", "خیر"), ("oui", "non"), ("evet", "hayır"), ("sí", "no"),
    ("ja", "nein"), ("sim", "não"), ("はい", "いいえ"), ("예", "아니요"), ("ya", "tidak"), ("tak", "nie"), ("да", "нет"),
    ("כן", "לא"), ("是", "否"), ("có", "không"),
)  # fmt: skip
"""The words of each language."""
YES = frozenset(["si", "sì", *(yes for yes, _ in YES_AND_NO)])
NO = frozenset(no for _, no in YES_AND_NO)
