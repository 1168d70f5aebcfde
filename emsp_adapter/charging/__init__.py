"""How a running session is to charge: charging profiles and the driver's preferences."""
