"""What the commands about a file take: the file, and what it does not say of itself. What is done with it is in `inspecting`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="The files of one delivery.")]
Output = Annotated[Path | None, typer.Option("--output", help="Where the note goes; else beside the file.")]
SourceName = Annotated[str | None, typer.Option("--source", help="Take it for a file of this source.")]
CampaignId = Annotated[str | None, typer.Option("--campaign", help="The campaign that it is for.")]
Zone = Annotated[
    str | None, typer.Option("--timezone", help="The IANA zone of times that carry none, such as Asia/Dubai.")
]
Order = Annotated[
    Literal["dmy", "mdy", "ymd"] | None,
    typer.Option("--date-order", help="What comes first in its dates: dmy, mdy or ymd."),
]
Encoding = Annotated[str | None, typer.Option("--encoding", help="The encoding of its text, such as windows-1252.")]
CapturedAt = Annotated[
    str | None, typer.Option("--captured-at", help="When counters were read, where no column says it.")
]
Fieldwork = Annotated[
    tuple[str, str] | None, typer.Option("--fieldwork", metavar="FROM TO", help="First and last day of fieldwork.")
]
Session = Annotated[str | None, typer.Option("--session", help="Id of the session; else the file's name.")]
Survey = Annotated[str | None, typer.Option("--survey", help="Id of the survey, the same in every wave.")]
Wave = Annotated[str | None, typer.Option("--wave", help="Name of the wave.")]
LandedOn = Annotated[
    datetime | None, typer.Option("--landed-on", formats=["%Y-%m-%d"], help="The day it landed; else today, UTC.")
]
Name = Annotated[str | None, typer.Option("--name", help="Name of the delivery; else the file's.")]
NoteFile = Annotated[
    Path | None,
    typer.Option("--note", exists=True, dir_okay=False, help="The note to land it with, instead of a guess."),
]
