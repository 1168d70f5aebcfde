"""What a charge costs so far, on the displays of stations that can show it."""
