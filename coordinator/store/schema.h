// The tables of run.db. The version rises with every change that an older prelabel cannot read.
#pragma once

namespace prelabel {

inline constexpr int kStoreApplicationId = 0x70726C62;  // "prlb", in the database's header
inline constexpr int kStoreVersion = 2;                 // PRAGMA user_version

// `committed` is apart from `payload`: a cold scan of who is done reads the small rows only.
// `hash` is XXH3-128 of the payload, seeded with the task's id, so that exchanged payloads are
// noticed as well as damaged ones.
inline constexpr const char* kStoreSchema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE epoch (value INTEGER PRIMARY KEY);
CREATE TABLE task (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  source INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  stride INTEGER NOT NULL);
CREATE INDEX task_of_source ON task (source);
CREATE TABLE committed (
  task INTEGER PRIMARY KEY,
  attempt INTEGER NOT NULL,
  items INTEGER NOT NULL,
  failed_items INTEGER NOT NULL,
  compute_micros INTEGER NOT NULL,
  hash BLOB NOT NULL);
CREATE TABLE payload (task INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE quarantine (
  task INTEGER PRIMARY KEY,
  attempts INTEGER NOT NULL,
  reason TEXT NOT NULL);
CREATE TABLE failure (
  task INTEGER PRIMARY KEY,
  failures INTEGER NOT NULL,
  losses INTEGER NOT NULL,
  reason TEXT NOT NULL);
CREATE TABLE split (task INTEGER PRIMARY KEY);
)sql";

}  // namespace prelabel
