#include "pipeline.h"
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static const char *const user_columns =
    "id, email, name, locale, timezone, bio, settings, tags, balance, workspace_id, phone, login_count, is_active, "
    "last_login_at, created_at";
static const char *const event_columns = "id, workspace_id, kind, tokens, cost, at";

static sqlite3_stmt *open_statement(const job *job) {
  sqlite3 *database;
  sqlite3_stmt *statement;
  if (sqlite3_open_v2(job->source, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    fail(job->source, sqlite3_errmsg(database));
  char sql[512];
  snprintf(
      sql, sizeof sql, "SELECT %s FROM %s", job->kind == users ? user_columns : event_columns, kind_name(job->kind));
  if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
    fail(job->source, sqlite3_errmsg(database));
  return statement;
}

static bool next(sqlite3_stmt *statement) {
  int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail("the source", sqlite3_errstr(code));
  return false;
}

static void close_statement(sqlite3_stmt *statement) {
  sqlite3 *database = sqlite3_db_handle(statement);
  sqlite3_finalize(statement);
  sqlite3_close(database);
}

visited drain_sqlite(const job *job) {
  visited visited = {0};
  sqlite3_stmt *statement = open_statement(job);
  int count = sqlite3_column_count(statement);
  while (next(statement)) {
    visited.records++;
    for (int column = 0; column < count; column++) {
      visited.fields++;
      switch (sqlite3_column_type(statement, column)) {
      case SQLITE_INTEGER: visited.sum += (uint64_t)sqlite3_column_int64(statement, column); break;
      case SQLITE_FLOAT: visited.sum += (uint64_t)(sqlite3_column_double(statement, column) * 16); break;
      case SQLITE_TEXT: {
        const unsigned char *text = sqlite3_column_text(statement, column);
        visited.sum += text[0] + (uint64_t)sqlite3_column_bytes(statement, column);
        break;
      }
      default: break;
      }
    }
  }
  close_statement(statement);
  return visited;
}

static void text(block *block, sqlite3_stmt *statement, int column) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) return put_null(block);
  const unsigned char *bytes = sqlite3_column_text(statement, column);
  put_bytes(block, bytes, (size_t)sqlite3_column_bytes(statement, column));
}

static void moment(block *block, sqlite3_stmt *statement, int column) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) put_null(block);
  else put_time(block, sqlite3_column_int64(statement, column));
}

static void json(block *block, sqlite3_stmt *statement, int column) {
  const unsigned char *bytes = sqlite3_column_text(statement, column);
  if (!bytes) return put_null(block);
  size_t begin = field_begin(block);
  *block_room(block, 1) = 1;
  raw_bytes(block, bytes, (size_t)sqlite3_column_bytes(statement, column));
  field_end(block, begin);
}

// ["one","two"], whose texts need no escapes.
static void texts(block *block, sqlite3_stmt *statement, int column) {
  const char *text = (const char *)sqlite3_column_text(statement, column);
  if (!text) return put_null(block);
  if (*text++ != '[') fail("a JSON array", "it doesn't begin as one");
  size_t begin = texts_begin(block);
  int32_t count = 0;
  while (*text == '"') {
    size_t length = strcspn(++text, "\"\\");
    if (text[length] != '"') fail("a JSON array", "a text in it is escaped");
    put_bytes(block, text, length);
    text += length + 1;
    count++;
    if (*text == ',') text++;
  }
  if (strcmp(text, "]") != 0) fail("a JSON array", "it has something else than texts");
  texts_end(block, begin, count);
}

static void user(block *block, sqlite3_stmt *statement) {
  put_columns(block, 15);
  for (int column = 0; column < 6; column++) text(block, statement, column);
  json(block, statement, 6);
  texts(block, statement, 7);
  put_hundredths(block, llround(sqlite3_column_double(statement, 8) * 100));
  text(block, statement, 9);
  text(block, statement, 10);
  put_int64(block, sqlite3_column_int64(statement, 11));
  put_bool(block, sqlite3_column_int(statement, 12) != 0);
  moment(block, statement, 13);
  moment(block, statement, 14);
}

static void event(block *block, sqlite3_stmt *statement) {
  put_columns(block, 6);
  for (int column = 0; column < 3; column++) text(block, statement, column);
  put_int32(block, sqlite3_column_int(statement, 3));
  put_double(block, sqlite3_column_double(statement, 4));
  moment(block, statement, 5);
}

void read_sqlite(const job *job) {
  sqlite3_stmt *statement = open_statement(job);
  while (next(statement)) {
    if (job->kind == users) user(current_block(), statement);
    else event(current_block(), statement);
    row_ends();
  }
  close_statement(statement);
}
