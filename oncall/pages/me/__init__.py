"""What does the page of one person show? One module for each of its sections."""
