"""What people make of findings: verdicts, the ledger that keeps them, and what they teach."""
