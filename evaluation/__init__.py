"""How well songs fit, measured on recorded workouts."""
