"""Writers: transcripts out, in forms that keep all that the nouns hold."""
