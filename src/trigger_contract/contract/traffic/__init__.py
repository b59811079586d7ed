"""Traffic that somebody already has, judged by every law that needs no question of its own."""
