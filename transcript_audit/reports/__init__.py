"""Reports: audits in every form they are shown in, for people and for programs."""
