"""OCPP 2.0.1: its messages as facts, our intents as its messages. OCPP 2.1 builds on it."""
