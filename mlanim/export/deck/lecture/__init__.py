"""What a lecture.toml says, as checked values."""
