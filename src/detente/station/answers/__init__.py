"""What a station answers, one file for each subject: functions from an engine and a question to a typed answer, without HTTP."""
