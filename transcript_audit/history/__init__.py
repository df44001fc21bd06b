"""The store: audits kept, so that reports can be made without their sources.

SQLite in one file, or PostgreSQL; both through SQLAlchemy Core.
"""

from transcript_audit.history.forms import FormError
from transcript_audit.history.keys import BookKey, CallKey, book_key, call_key
from transcript_audit.history.opening import NoStoreError, Store, StoreError, open_store
from transcript_audit.history.places import StorePlace, find_store
from transcript_audit.history.reading import (
    ALL,
    BookUse,
    Choice,
    books_used,
    count_untimed,
    read_audits,
    read_skipped,
    stored_agents,
    stored_call_ids,
)
from transcript_audit.history.resuming import Keeping, KnownCall, audit_into
from transcript_audit.history.retention import Purged, StoreSummary, purge_store, summarise_store
from transcript_audit.history.verdicts import StoredLedger
from transcript_audit.history.writing import (
    Saved,
    StoreRun,
    already_audited,
    begin_run,
    end_run,
    make_kept,
    save,
)

__all__ = [
    "ALL",
    "BookKey",
    "BookUse",
    "CallKey",
    "Choice",
    "FormError",
    "Keeping",
    "KnownCall",
    "NoStoreError",
    "Purged",
    "Saved",
    "Store",
    "StoreError",
    "StorePlace",
    "StoreRun",
    "StoreSummary",
    "StoredLedger",
    "already_audited",
    "audit_into",
    "begin_run",
    "book_key",
    "books_used",
    "call_key",
    "count_untimed",
    "end_run",
    "find_store",
    "make_kept",
    "open_store",
    "purge_store",
    "read_audits",
    "read_skipped",
    "save",
    "stored_agents",
    "stored_call_ids",
    "summarise_store",
]
