"""OCPP 1.6J: its messages as facts, our intents as its messages."""
