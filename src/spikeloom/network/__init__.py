"""What training and deployment share: topology and the learned network. NumPy only."""
