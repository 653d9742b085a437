"""`make bench`: Pendamping beside what its libraries offer by themselves, on the same machine, in the same minutes."""
