"""The pages and pictures that are drawn from the tables and the catalogue."""
