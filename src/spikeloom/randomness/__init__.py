"""Where every random number comes from: the streams of a root seed, and the counter-based draws of chip and inputs."""
