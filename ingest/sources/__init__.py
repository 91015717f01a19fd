"""SOURCES, the only list of sources. A new source is a module here and one entry below."""

from ingest.source import Source
from ingest.sources.activation import ACTIVATION
from ingest.sources.hashtag import HASHTAG
from ingest.sources.live import LIVE
from ingest.sources.survey import SURVEY

SOURCES: tuple[Source, ...] = (HASHTAG, LIVE, SURVEY, ACTIVATION)
