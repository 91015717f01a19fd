"""Readers of what platforms and tools tell about hashtags and their videos, and what they share."""
