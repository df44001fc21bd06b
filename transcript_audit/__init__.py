"""Audits call transcripts for refused cancellations, repeated pushback and ignored concerns."""

__version__ = "0.1.0"
