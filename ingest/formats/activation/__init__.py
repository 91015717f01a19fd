"""Readers of in-app events and of counts that platforms and partners made, and what they share."""
