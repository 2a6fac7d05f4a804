"""Verbs about evidence: event data, the daily report, who knew what, the investigator's file and its check, exports."""
