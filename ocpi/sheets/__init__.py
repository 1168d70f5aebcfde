"""Tables for spreadsheets, made of what strangers wrote."""
