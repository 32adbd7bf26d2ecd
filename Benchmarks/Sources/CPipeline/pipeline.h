// Reads a source, encodes each record, and hands blocks of rows over; or only reads, and visits every field.
#pragma once
#include "rows.h"

typedef enum { users, usage_events } record_kind;

typedef struct {
  record_kind kind;
  // mongodb://…/database, or the path of a SQLite file.
  const char *source;
  // URL of the database.
  const char *target;
  int connections;
  // SQL that runs when all rows are there.
  const char *after;
} job;

typedef struct {
  uint64_t records;
  uint64_t fields;
  // So that no compiler leaves a visit out.
  uint64_t sum;
} visited;

const char *kind_name(record_kind kind);

visited drain_mongo(const job *job);
visited drain_sqlite(const job *job);
void read_mongo(const job *job);
void read_sqlite(const job *job);

// The block that is being filled; hands it over once it is full.
block *current_block(void);
void row_ends(void);

// Opens the connections and begins to copy.
void target_begin(const job *job);
// Waits for all rows to be committed, and runs what comes after. Returns how many rows there are.
uint64_t target_end(const job *job);
