#pragma once
#include <sqlite3.h>

// The destructor arguments are casts of integers, which Swift doesn't import.

static inline int kedge_bind_text(sqlite3_stmt *statement, int index, const char *bytes, sqlite3_uint64 length) {
  return sqlite3_bind_text64(statement, index, bytes ? bytes : "", length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int kedge_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
  return bytes ? sqlite3_bind_blob64(statement, index, bytes, length, SQLITE_TRANSIENT)
               : sqlite3_bind_zeroblob(statement, index, 0);
}

// Extended result codes are shifted macros, which Swift doesn't import either.
static const int kedge_readonly_recovery = SQLITE_READONLY_RECOVERY;
static const int kedge_readonly_rollback = SQLITE_READONLY_ROLLBACK;
static const int kedge_readonly_cantinit = SQLITE_READONLY_CANTINIT;
static const int kedge_readonly_directory = SQLITE_READONLY_DIRECTORY;
static const int kedge_readonly_moved = SQLITE_READONLY_DBMOVED;
static const int kedge_busy_snapshot = SQLITE_BUSY_SNAPSHOT;
