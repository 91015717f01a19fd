"""Readers of survey exports, and what they share."""
