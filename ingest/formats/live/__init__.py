"""Readers of attendance of live sessions, and what they share."""
