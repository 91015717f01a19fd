"""The names of in-app events, however a product spells them, and what the campaign calls them. No file is read here."""

import re

import polars as pl

KNOWN = (
    "activation.viewed",
    "activation.joined",
    "guide.opened",
    "guide.section_read",
    "guide.completed",
    "resource.clicked",
    "toolkit.downloaded",
    "tutorial.started",
    "tutorial.completed",
    "feature.enabled",
    "feature.disabled",
    "story.shared",
    "support.offered",
    "content.flagged",
    "content.actioned",
    "live.resource_attached",
    "live.resource_missing",
    "story.resource_attached",
    "story.resource_missing",
    "post.coded_story",
    "post.coded_other",
    "reply.coded_supportive",
    "reply.coded_other",
    "helpline.tapped",
    "helpline.contacted",
    "organisation.referred",
)
"""The events that figures are made of; any other is kept and counted under its own name."""

OTHER = "other"
"""What an event is called whose name cannot be one."""

_HELP_SEEKING = ("helpline", "organisation")
_SPELLINGS = {
    **dict.fromkeys(["helplines", "hotline", "hotlines"], "helpline"),
    **dict.fromkeys(["organization", "organizations", "organisations"], "organisation"),
}
_VERBS = {
    **dict.fromkeys(["view", "views", "viewed", "seen", "see", "shown", "impression"], "viewed"),
    **dict.fromkeys(["join", "joins", "joined"], "joined"),
    **dict.fromkeys(["open", "opens", "opened"], "opened"),
    **dict.fromkeys(["section_read", "section_viewed", "read"], "section_read"),
    **dict.fromkeys(
        ["complete", "completes", "completed", "completion", "completions", "finish", "finished"], "completed"
    ),
    **dict.fromkeys(["click", "clicks", "clicked"], "clicked"),
    **dict.fromkeys(["download", "downloads", "downloaded"], "downloaded"),
    **dict.fromkeys(["start", "starts", "started", "begin", "began"], "started"),
    **dict.fromkeys(["enable", "enabled", "on"], "enabled"),
    **dict.fromkeys(["disable", "disabled", "off"], "disabled"),
    **dict.fromkeys(["share", "shares", "shared"], "shared"),
    **dict.fromkeys(["offer", "offers", "offered"], "offered"),
    **dict.fromkeys(["flag", "flags", "flagged"], "flagged"),
    **dict.fromkeys(["action", "actioned"], "actioned"),
    **dict.fromkeys(["tap", "taps", "tapped"], "tapped"),
    **dict.fromkeys(["contact", "contacts", "contacted", "call", "calls", "called"], "contacted"),
    **dict.fromkeys(["refer", "referred", "referral", "referrals"], "referred"),
}
_LONGEST = 60


def event_names(written: pl.Series) -> pl.Series:
    """What the campaign calls each event: `org.example.guide.opened`, `Guide Opened` and `guide_open` are one."""
    distinct = written.unique().drop_nulls()
    names = pl.Series([_name(text) for text in distinct], dtype=pl.String())
    return written.replace_strict(distinct, names, default=None, return_dtype=pl.String())


def is_sensitive(name: pl.Expr) -> pl.Expr:
    """Whether an event tells that somebody looks for help, or what is or was read in somebody's story, post or reply."""
    return name.str.contains(rf"^({'|'.join(_HELP_SEEKING)}|story)(\.|$)|^(post|reply)\.coded")


def _name(text: str) -> str | None:
    words = [word for word in re.split(r"[\W_]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).lower()) if word]
    while words and re.fullmatch(r"v?[0-9]+", words[-1]):
        words.pop()
    if not words:
        return None
    words = [_SPELLINGS.get(word, word) for word in words]
    # The namespace before the subject is the supplier's; what is about help is so wherever it is said.
    helped = [number for number, word in enumerate(words) if word in _HELP_SEEKING]
    if helped:
        words = words[helped[-1] :]
    elif re.search(r"\.[A-Za-z]", text):
        last = len(re.split(r"[\W_]+", re.sub(r"\.v?[0-9]+$", "", text).rpartition(".")[2]))
        words = words[-last - 1 :]
    verb = "_".join(words[1:])
    name = ".".join(filter(None, (words[0], _VERBS.get(verb, verb))))
    if (
        len(name) <= _LONGEST
        and re.fullmatch(r"[a-z]+(\.[a-z][a-z0-9_]*)?", name)
        and re.fullmatch(r"[\w.:/ -]+", text)
    ):
        return name
    return f"{words[0]}.{OTHER}" if helped else OTHER
