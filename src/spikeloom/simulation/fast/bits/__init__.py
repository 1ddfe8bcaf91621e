"""What both paths work with: planes of bits, their arithmetic, aligned memory, how kernels are compiled and run."""
