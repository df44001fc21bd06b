"""Reports: audits as text for people, and as JSON and CSV for programs; nothing is printed here."""
