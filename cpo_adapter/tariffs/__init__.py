"""What charging costs at our stations: written by the operator, valid at an instant."""
