"""Sample drops of the Kashtakari helpdesks of Pune."""
