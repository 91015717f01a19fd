"""The samples that a draft of a survey proposes: one for each weight, or one for each of several files."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.countries import COUNTRIES
from ingest.drafts.head import stem_of

_LANGUAGES = frozenset({"AR", "DE", "EN", "ES", "FA", "FR", "HE", "HI", "ID", "IT", "NL", "PT", "TR", "UR"})


def by_weight(weights: Sequence[str]) -> dict[str, Any]:
    """A sample for each weight, named after what its name adds to the word."""
    if len(weights) <= 1:
        return {"all": {"weight": weights[0] if weights else None}}
    return {as_key(re.sub(r"(?i)^weights?[._ ]?", "", name)) or "all": {"weight": name} for name in weights}


def by_file(samples: Mapping[str, Any], files: Sequence[Path]) -> dict[str, Any]:
    """A sample for each file, named after what tells its name from the others, with a country where all of them are codes."""
    [weight] = [sample["weight"] for sample in samples.values()]
    parts = [re.split(r"[-_]+", stem_of(file)) for file in files]
    shared = set.intersection(*map(set, parts))
    own = [[part for part in of if part not in shared] for of in parts]
    names = ["_".join(part) or stem_of(file) for part, file in zip(own, files, strict=True)]
    codes = {part[0].upper() if len(part) == 1 else "" for part in own}
    are_countries = codes <= COUNTRIES and not codes <= _LANGUAGES and len(codes) == len(files)
    return {
        name: {"weight": weight, "files": [file.name], **({"country": name.upper()} if are_countries else {})}
        for name, file in zip(names, files, strict=True)
    }


def as_key(name: str) -> str:
    """A name as a key of a note."""
    return re.sub(r"\W+", "_", name.lower()).strip("_")
