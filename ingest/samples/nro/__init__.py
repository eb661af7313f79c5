"""Sample drops of Kudumbashree NRO in four states."""
