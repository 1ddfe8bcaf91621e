"""What other tools make of our files: each is imported only when it is run, and compared with our simulator."""
