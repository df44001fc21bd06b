"""The table of vendors' JSON formats: one module a family, one row a format."""

from __future__ import annotations

from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.vendors.assemblyai import ASSEMBLYAI_FORMATS
from transcript_audit.readers.vendors.aws import AWS_FORMATS
from transcript_audit.readers.vendors.azure import AZURE_FORMATS
from transcript_audit.readers.vendors.ccai import CCAI_FORMATS
from transcript_audit.readers.vendors.deepgram import DEEPGRAM_FORMATS
from transcript_audit.readers.vendors.dialpad import DIALPAD_FORMATS
from transcript_audit.readers.vendors.genesys import GENESYS_FORMATS
from transcript_audit.readers.vendors.gong import GONG_FORMATS
from transcript_audit.readers.vendors.google import GOOGLE_FORMATS
from transcript_audit.readers.vendors.revai import REVAI_FORMATS
from transcript_audit.readers.vendors.ringcentral import RINGCENTRAL_FORMATS
from transcript_audit.readers.vendors.speechmatics import SPEECHMATICS_FORMATS
from transcript_audit.readers.vendors.turn_list import turn_list_formats
from transcript_audit.readers.vendors.twilio import TWILIO_FORMATS
from transcript_audit.readers.vendors.vcon import vcon_formats
from transcript_audit.readers.vendors.verint import VERINT_FORMATS
from transcript_audit.readers.vendors.whisper import WHISPER_FORMATS
from transcript_audit.readers.vendors.zoom import ZOOM_FORMATS

JSON_FORMATS: tuple[JsonFormat, ...] = (
    *ASSEMBLYAI_FORMATS,
    *AWS_FORMATS,
    *AZURE_FORMATS,
    *CCAI_FORMATS,
    *DEEPGRAM_FORMATS,
    *DIALPAD_FORMATS,
    *GENESYS_FORMATS,
    *GONG_FORMATS,
    *GOOGLE_FORMATS,
    *REVAI_FORMATS,
    *RINGCENTRAL_FORMATS,
    *SPEECHMATICS_FORMATS,
    *TWILIO_FORMATS,
    *VERINT_FORMATS,
    *WHISPER_FORMATS,
    *ZOOM_FORMATS,
    *vcon_formats(lambda: JSON_FORMATS),
    # The last: it takes what no other row does.
    *turn_list_formats(lambda: JSON_FORMATS),
)
"""Every vendor's format; the first that matches an object reads it."""
