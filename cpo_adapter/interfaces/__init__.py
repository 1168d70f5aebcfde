"""What the CPO serves to partners."""
