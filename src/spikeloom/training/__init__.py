"""Training by backpropagation; the only room of the main way that imports torch."""
