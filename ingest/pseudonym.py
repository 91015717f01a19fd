"""Keyed pseudonyms: the only place that sees a raw identity.

Nothing here stores one, and no key is ever written anywhere.
"""

import hashlib
import hmac
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import polars_hash

from ingest.files import PRIVATE_FILE, make_private
from ingest.home import Home
from ingest.spelling import spelling

KEY_VARIABLE = "CAMPAIGN_PSEUDONYM_KEY"
MINIMUM_KEY_LENGTH = 32
_DIGITS = 32
PSEUDONYM = rf"^[0-9a-f]{{{_DIGITS}}}$"
"""What every pseudonym looks like; a raw identity almost never does."""


class KeyProblemError(Exception):
    """No key, a short one, or another than the one this home began with. Stops the run; nothing has been changed."""


def read_marker(home: Home) -> dict[str, Any]:
    """What the simulator wrote down about a home that it made. Raises KeyProblemError."""
    try:
        marker = dict(json.loads(home.simulated.read_text("utf-8")))
        if {"pseudonym_key", "deliveries"} <= set(marker):
            return marker
    except ValueError:
        pass
    raise KeyProblemError(
        f"{home.simulated} is damaged, expected the marker of a simulated campaign; simulate it again: campaign simulate --home "
        "<another directory>"
    )


@dataclass(frozen=True)
class Pseudonymiser:
    """Turns identities into pseudonyms: HMAC-SHA-256 under a secret key, its first 128 bits in hexadecimal."""

    secret: str = field(repr=False)

    def key(self, identity: pl.Expr, kind: str) -> pl.Expr:
        """Pseudonyms of an expression of text identities; `kind` keeps people of different sources apart.

        How an identity is spelt is not part of it (`ingest.spelling`): the same name from a Mac, or the same number in
        Persian digits, is the same person. NULL and blank identities are NULL: nobody, rather than one person.
        """
        message = polars_hash.concat_str(pl.lit(f"{kind}\x1f"), spelling(identity.cast(pl.String())))
        return message.chash.hmac_sha256(key=self.secret).str.slice(0, _DIGITS)

    def fingerprint(self) -> str:
        """A digest that tells one key from another and gives neither away."""
        return hmac.digest(self.secret.encode(), b"fingerprint of the campaign warehouse's key", hashlib.sha256).hex()


def pseudonymiser(home: Home, environment: Mapping[str, str] = os.environ) -> Pseudonymiser:
    """The pseudonymiser of a home. Raises KeyProblemError.

    A simulated home carries its own key in its marker, since its people are invented. Any other home takes the
    environment variable CAMPAIGN_PSEUDONYM_KEY and remembers the fingerprint of the first key it saw.
    """
    if home.simulated.exists():
        return Pseudonymiser(read_marker(home)["pseudonym_key"])
    secret = environment.get(KEY_VARIABLE, "")
    if len(secret) < MINIMUM_KEY_LENGTH:
        found = "is not set" if not secret else f"has {len(secret)} characters"
        raise KeyProblemError(
            f"{KEY_VARIABLE} {found}; expected a secret of {MINIMUM_KEY_LENGTH} characters or more. People are "
            "only ever stored under keyed pseudonyms. Make a key once, keep it outside CAMPAIGN_HOME, and set it for every run:\n"
            "  python -c 'import secrets; print(secrets.token_hex(32))' > ~/campaign.key\n"
            f'  export {KEY_VARIABLE}="$(cat ~/campaign.key)"'
        )
    made = Pseudonymiser(secret)
    remembered = home.lake / "pseudonym_key.fingerprint"
    if not remembered.exists():
        make_private(remembered.parent)
        # Replaced as a whole: half a fingerprint would be taken for that of another key.
        temporary = remembered.with_name(f".{remembered.name}.{os.getpid()}.tmp")
        temporary.touch(PRIVATE_FILE)
        temporary.write_text(made.fingerprint())
        temporary.replace(remembered)
    elif not re.fullmatch("[0-9a-f]{64}", remembered.read_text(errors="replace").strip()):
        raise KeyProblemError(
            f"{remembered} is damaged, expected what tells this home's key from another one. Put it back from a backup; or, if "
            f"{KEY_VARIABLE} has never been another key, remove it and run again."
        )
    elif remembered.read_text().strip() != made.fingerprint():
        raise KeyProblemError(
            f"{KEY_VARIABLE} is another key than the one this home began with; expected the same key for every run, "
            "since another one would make everybody a new person. Set the earlier key, or start a new CAMPAIGN_HOME."
        )
    return made
