/**
 * Tables of `$home/series.db`.
 * One row per report holds all its fields as JSONB: a fraction of the size of a row per field, and SQLite reads a single
 * field out of it without parsing the rest.
 * Its keys are numbers of `field`, not names: names would be half of the file.
 * `field` also remembers the type of each field, so that a field never holds numbers in one row and text in the next (InfluxDB
 * refuses that too, and a move between the stores must not be the moment to find out).
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS series (
  id INTEGER PRIMARY KEY,
  identity TEXT NOT NULL UNIQUE,
  measurement TEXT NOT NULL,
  device TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS series_device ON series (device, measurement);
CREATE TABLE IF NOT EXISTS point (
  series INTEGER NOT NULL REFERENCES series (id),
  at INTEGER NOT NULL,
  fields BLOB NOT NULL,
  PRIMARY KEY (series, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS field (
  id INTEGER PRIMARY KEY,
  measurement TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  UNIQUE (measurement, name)
) STRICT;
`;
