"""`python -m transcript_audit`."""

from transcript_audit.cli import main

if __name__ == "__main__":
    main()
