"""Sample drops of SLG-ERLC in Khulna."""
