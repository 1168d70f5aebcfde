"""What a CPO was asked to do and tells the outcome of later: commands, charging profiles."""
