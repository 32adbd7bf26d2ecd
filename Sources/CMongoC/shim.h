#pragma once
#include <mongoc/mongoc.h>
#include <stdio.h>
#include <string.h>

// Debian's libbson aligns bson_t and bson_error_t beyond what Swift's importer knows of. So no Swift code creates one:
// they live on the C stack of the functions below, and Swift gets bytes, lengths and this plain error.

typedef struct {
  uint32_t domain;
  uint32_t code;
  char message[512];
} kedge_failure;

static inline const char *kedge_failure_message(const kedge_failure *failure) { return failure->message; }

static inline void kedge_failure_set(kedge_failure *failure, const bson_error_t *error) {
  failure->domain = error->domain;
  failure->code = error->code;
  snprintf(failure->message, sizeof failure->message, "%s", error->message);
}

static inline void kedge_failure_say(kedge_failure *failure, uint32_t domain, uint32_t code, const char *message) {
  failure->domain = domain;
  failure->code = code;
  snprintf(failure->message, sizeof failure->message, "%s", message);
}

static inline bool kedge_view(bson_t *document, const uint8_t *bytes, size_t length, kedge_failure *failure) {
  if (bson_init_static(document, bytes, length)) return true;
  kedge_failure_say(failure, MONGOC_ERROR_BSON, MONGOC_ERROR_BSON_INVALID, "the document is not valid BSON");
  return false;
}

/// Silences the driver's own log, which writes to standard error and may quote connection strings.
static inline void kedge_mongo_start(void) {
  mongoc_init();
  mongoc_log_set_handler(NULL, NULL);
}

static inline mongoc_uri_t *kedge_uri_new(const char *text, kedge_failure *failure) {
  bson_error_t error = {0};
  mongoc_uri_t *uri = mongoc_uri_new_with_error(text, &error);
  if (!uri) kedge_failure_set(failure, &error);
  return uri;
}

static inline mongoc_client_t *kedge_client_new(const mongoc_uri_t *uri, kedge_failure *failure) {
  bson_error_t error = {0};
  mongoc_client_t *client = mongoc_client_new_from_uri_with_error(uri, &error);
  if (!client) kedge_failure_set(failure, &error);
  else mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2);
  return client;
}

/// Runs a command: on a server that the client reads from, or on the primary. The reply is the caller's to destroy, also
/// when the command failed.
static inline bool kedge_run_command(
    mongoc_client_t *client, const char *database, const uint8_t *bytes, size_t length, bool reads, bson_t **reply,
    kedge_failure *failure) {
  bson_t command;
  *reply = NULL;
  if (!kedge_view(&command, bytes, length, failure)) return false;
  bson_t answer;
  bson_error_t error = {0};
  bool done = mongoc_client_command_simple(
      client, database, &command, reads ? mongoc_client_get_read_prefs(client) : NULL, &answer, &error);
  if (!done) kedge_failure_set(failure, &error);
  *reply = bson_copy(&answer);
  bson_destroy(&answer);
  return done;
}

static inline uint32_t kedge_length(const bson_t *document) { return document->len; }

static inline mongoc_cursor_t *kedge_find(
    mongoc_collection_t *collection, const uint8_t *filter, size_t filter_length, const uint8_t *options,
    size_t options_length, kedge_failure *failure) {
  bson_t filter_view, options_view;
  if (!kedge_view(&filter_view, filter, filter_length, failure)) return NULL;
  if (!kedge_view(&options_view, options, options_length, failure)) return NULL;
  return mongoc_collection_find_with_opts(collection, &filter_view, &options_view, NULL);
}

static inline mongoc_cursor_t *kedge_aggregate(
    mongoc_collection_t *collection, const uint8_t *pipeline, size_t pipeline_length, const uint8_t *options,
    size_t options_length, kedge_failure *failure) {
  bson_t pipeline_view, options_view;
  if (!kedge_view(&pipeline_view, pipeline, pipeline_length, failure)) return NULL;
  if (!kedge_view(&options_view, options, options_length, failure)) return NULL;
  return mongoc_collection_aggregate(collection, MONGOC_QUERY_NONE, &pipeline_view, &options_view, NULL);
}

/// The next document, inside the driver's own memory until the next call; NULL at the end and after an error.
static inline const uint8_t *kedge_cursor_next(mongoc_cursor_t *cursor, uint32_t *length) {
  const bson_t *document = NULL;
  if (!mongoc_cursor_next(cursor, &document)) return NULL;
  *length = document->len;
  return bson_get_data(document);
}

/// Whether the cursor has failed; the reply, if the server gave one, is the cursor's.
static inline bool kedge_cursor_failed(mongoc_cursor_t *cursor, const bson_t **reply, kedge_failure *failure) {
  bson_error_t error = {0};
  *reply = NULL;
  if (!mongoc_cursor_error_document(cursor, &error, reply)) return false;
  kedge_failure_set(failure, &error);
  return true;
}

/// The driver's own checks of names are off: what came out of a server may go into one.
static inline mongoc_bulk_operation_t *kedge_bulk_new(mongoc_collection_t *collection) {
  return mongoc_collection_create_bulk_operation_with_opts(collection, NULL);
}

static inline bool kedge_bulk_insert(
    mongoc_bulk_operation_t *bulk, const uint8_t *bytes, size_t length, kedge_failure *failure) {
  bson_t document, options;
  bson_error_t error = {0};
  if (!kedge_view(&document, bytes, length, failure)) return false;
  bson_init(&options);
  BSON_APPEND_BOOL(&options, "validate", false);
  bool done = mongoc_bulk_operation_insert_with_opts(bulk, &document, &options, &error);
  bson_destroy(&options);
  if (!done) kedge_failure_set(failure, &error);
  return done;
}

/// Sends what was gathered. The reply is the caller's to destroy, also when it failed.
static inline bool kedge_bulk_execute(mongoc_bulk_operation_t *bulk, bson_t **reply, kedge_failure *failure) {
  bson_t answer;
  bson_error_t error = {0};
  bool done = mongoc_bulk_operation_execute(bulk, &answer, &error) != 0;
  if (!done) kedge_failure_set(failure, &error);
  *reply = bson_copy(&answer);
  bson_destroy(&answer);
  return done;
}

static inline int64_t kedge_estimated_count(
    mongoc_collection_t *collection, bson_t **reply, kedge_failure *failure) {
  bson_t answer;
  bson_error_t error = {0};
  int64_t count = mongoc_collection_estimated_document_count(collection, NULL, NULL, &answer, &error);
  if (count < 0) kedge_failure_set(failure, &error);
  *reply = bson_copy(&answer);
  bson_destroy(&answer);
  return count;
}
