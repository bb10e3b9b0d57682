"""What a number of people needs on AWS, and what it costs."""
