"""What the eMSP serves to partners."""
