"""What an operator has stations do: orders, their configuration, reports, files, and how far it is."""
