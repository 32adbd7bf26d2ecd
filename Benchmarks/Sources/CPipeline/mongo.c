#include "pipeline.h"
#include <math.h>
#include <mongoc/mongoc.h>
#include <string.h>

typedef struct {
  mongoc_client_t *client;
  mongoc_collection_t *collection;
  mongoc_cursor_t *cursor;
} reading;

static reading open_reading(const job *job) {
  reading reading;
  bson_error_t error;
  mongoc_init();
  mongoc_uri_t *uri = mongoc_uri_new_with_error(job->source, &error);
  if (!uri) fail("the source's URL", error.message);
  reading.client = mongoc_client_new_from_uri(uri);
  mongoc_client_set_error_api(reading.client, MONGOC_ERROR_API_VERSION_2);
  reading.collection =
      mongoc_client_get_collection(reading.client, mongoc_uri_get_database(uri), kind_name(job->kind));
  bson_t filter = BSON_INITIALIZER;
  bson_t options = BSON_INITIALIZER;
  // As many as fit into a message of 16 MB.
  BSON_APPEND_INT32(&options, "batchSize", 1000000);
  reading.cursor = mongoc_collection_find_with_opts(reading.collection, &filter, &options, NULL);
  bson_destroy(&options);
  mongoc_uri_destroy(uri);
  return reading;
}

static void close_reading(reading *reading) {
  bson_error_t error;
  if (mongoc_cursor_error(reading->cursor, &error)) fail("the source", error.message);
  mongoc_cursor_destroy(reading->cursor);
  mongoc_collection_destroy(reading->collection);
  mongoc_client_destroy(reading->client);
}

static void visit(bson_iter_t *iterator, visited *visited) {
  while (bson_iter_next(iterator)) {
    visited->fields++;
    switch (bson_iter_type(iterator)) {
    case BSON_TYPE_DOCUMENT:
    case BSON_TYPE_ARRAY: {
      bson_iter_t inner;
      if (!bson_iter_recurse(iterator, &inner)) fail("the source", "a document is broken");
      visit(&inner, visited);
      break;
    }
    case BSON_TYPE_UTF8: {
      uint32_t length;
      const char *text = bson_iter_utf8(iterator, &length);
      visited->sum += length + (length ? (uint8_t)text[0] : 0);
      break;
    }
    case BSON_TYPE_OID: visited->sum += bson_iter_oid(iterator)->bytes[11]; break;
    case BSON_TYPE_DATE_TIME: visited->sum += (uint64_t)bson_iter_date_time(iterator); break;
    case BSON_TYPE_INT32: visited->sum += (uint64_t)bson_iter_int32(iterator); break;
    case BSON_TYPE_INT64: visited->sum += (uint64_t)bson_iter_int64(iterator); break;
    case BSON_TYPE_BOOL: visited->sum += bson_iter_bool(iterator); break;
    case BSON_TYPE_DOUBLE: visited->sum += (uint64_t)(bson_iter_double(iterator) * 16); break;
    default: visited->sum += bson_iter_type(iterator); break;
    }
  }
}

visited drain_mongo(const job *job) {
  visited visited = {0};
  reading reading = open_reading(job);
  const bson_t *document;
  bson_iter_t iterator;
  while (mongoc_cursor_next(reading.cursor, &document)) {
    if (!bson_iter_init(&iterator, document)) fail("the source", "a document is broken");
    visit(&iterator, &visited);
    visited.records++;
  }
  close_reading(&reading);
  return visited;
}

static void hex(block *block, const bson_oid_t *identifier) {
  static const char digits[] = "0123456789abcdef";
  char text[24];
  for (int index = 0; index < 12; index++) {
    text[2 * index] = digits[identifier->bytes[index] >> 4];
    text[2 * index + 1] = digits[identifier->bytes[index] & 15];
  }
  put_bytes(block, text, 24);
}

// A field that may be missing or null; of another type than is written here, it is a failure.
static bool has(const bson_iter_t *field, bool present, bson_type_t type) {
  if (!present || bson_iter_type(field) == BSON_TYPE_NULL) return false;
  if (bson_iter_type(field) != type) fail("a field", "it has another type than the generator writes");
  return true;
}

static void text(block *block, const bson_iter_t *field, bool present) {
  if (!has(field, present, BSON_TYPE_UTF8)) return put_null(block);
  uint32_t length;
  const char *bytes = bson_iter_utf8(field, &length);
  put_bytes(block, bytes, length);
}

static void identifier(block *block, const bson_iter_t *field, bool present) {
  if (!has(field, present, BSON_TYPE_OID)) return put_null(block);
  hex(block, bson_iter_oid(field));
}

static void moment(block *block, const bson_iter_t *field, bool present) {
  if (!has(field, present, BSON_TYPE_DATE_TIME)) return put_null(block);
  put_time(block, bson_iter_date_time(field));
}

static void amount(block *block, const bson_iter_t *field, bool present) {
  if (present && bson_iter_type(field) == BSON_TYPE_DOUBLE)
    return put_hundredths(block, llround(bson_iter_double(field) * 100));
  if (!has(field, present, BSON_TYPE_DECIMAL128)) return put_null(block);
  bson_decimal128_t value;
  bson_iter_decimal128(field, &value);
  // Sign, then an exponent of 14 bits, then the digits: those of this generator fit into 64 bits.
  if ((value.high & 0x1FFFFFFFFFFFF) != 0 || ((value.high >> 49) & 0x3FFF) != 6176 - 2)
    fail("a Decimal128", "it isn't one of two digits");
  put_hundredths(block, value.high >> 63 ? -(int64_t)value.low : (int64_t)value.low);
}

static void json(block *block, const bson_iter_t *field, bool present) {
  if (!has(field, present, BSON_TYPE_DOCUMENT)) return put_null(block);
  bson_iter_t inner;
  bson_iter_recurse(field, &inner);
  size_t begin = field_begin(block);
  *block_room(block, 1) = 1;
  char separator = '{';
  while (bson_iter_next(&inner)) {
    *block_room(block, 1) = (uint8_t)separator;
    raw_json_text(block, bson_iter_key(&inner), bson_iter_key_len(&inner));
    *block_room(block, 1) = ':';
    char number[16];
    uint32_t length;
    const char *bytes;
    switch (bson_iter_type(&inner)) {
    case BSON_TYPE_BOOL:
      if (bson_iter_bool(&inner)) raw_bytes(block, "true", 4);
      else raw_bytes(block, "false", 5);
      break;
    case BSON_TYPE_INT32:
      raw_bytes(block, number, (size_t)snprintf(number, sizeof number, "%d", bson_iter_int32(&inner)));
      break;
    case BSON_TYPE_UTF8:
      bytes = bson_iter_utf8(&inner, &length);
      raw_json_text(block, bytes, length);
      break;
    default: fail("a field for jsonb", "it has another type than the generator writes");
    }
    separator = ',';
  }
  if (separator == '{') *block_room(block, 1) = '{';
  *block_room(block, 1) = '}';
  field_end(block, begin);
}

static void texts(block *block, const bson_iter_t *field, bool present) {
  if (!has(field, present, BSON_TYPE_ARRAY)) return put_null(block);
  bson_iter_t inner;
  bson_iter_recurse(field, &inner);
  size_t begin = texts_begin(block);
  int32_t count = 0;
  for (; bson_iter_next(&inner); count++) text(block, &inner, true);
  texts_end(block, begin, count);
}

static const char *const user_fields[] = {
    "_id", "email", "name", "profile", "settings", "tags", "balance", "workspaceId", "phone", "loginCount", "isActive",
    "lastLoginAt", "createdAt"};
static const char *const profile_fields[] = {"locale", "timezone", "bio"};
static const char *const event_fields[] = {"_id", "workspaceId", "kind", "tokens", "cost", "at"};

// libbson gives its iterators a larger alignment than size, so that an array can't hold them bare.
typedef struct {
  bson_iter_t iterator;
} found;

// Fields by their names. They mostly come in the order of the document before, so the next one is tried first.
static uint32_t find(bson_iter_t *iterator, const char *const *names, int count, found *fields) {
  uint32_t present = 0;
  int next = 0;
  while (bson_iter_next(iterator)) {
    const char *key = bson_iter_key(iterator);
    for (int tried = 0; tried < count; tried++, next = next + 1 == count ? 0 : next + 1) {
      if (strcmp(key, names[next]) == 0) {
        fields[next].iterator = *iterator;
        present |= 1u << next;
        break;
      }
    }
  }
  return present;
}

static void user(block *block, bson_iter_t *iterator) {
  found fields[13], profile[3];
  uint32_t present = find(iterator, user_fields, 13, fields), inner = 0;
#define at(index) &fields[index].iterator, present >> index & 1
  if (has(at(3), BSON_TYPE_DOCUMENT)) {
    bson_iter_t nested;
    bson_iter_recurse(&fields[3].iterator, &nested);
    inner = find(&nested, profile_fields, 3, profile);
  }
  put_columns(block, 15);
  identifier(block, at(0));
  text(block, at(1));
  text(block, at(2));
  for (int index = 0; index < 3; index++) text(block, &profile[index].iterator, inner >> index & 1);
  json(block, at(4));
  texts(block, at(5));
  amount(block, at(6));
  identifier(block, at(7));
  text(block, at(8));
  if (has(at(9), BSON_TYPE_INT64)) put_int64(block, bson_iter_int64(&fields[9].iterator));
  else put_null(block);
  if (has(at(10), BSON_TYPE_BOOL)) put_bool(block, bson_iter_bool(&fields[10].iterator));
  else put_null(block);
  moment(block, at(11));
  moment(block, at(12));
}

static void event(block *block, bson_iter_t *iterator) {
  found fields[6];
  uint32_t present = find(iterator, event_fields, 6, fields);
  put_columns(block, 6);
  identifier(block, at(0));
  identifier(block, at(1));
  text(block, at(2));
  if (has(at(3), BSON_TYPE_INT32)) put_int32(block, bson_iter_int32(&fields[3].iterator));
  else put_null(block);
  if (has(at(4), BSON_TYPE_DOUBLE)) put_double(block, bson_iter_double(&fields[4].iterator));
  else put_null(block);
  moment(block, at(5));
#undef at
}

void read_mongo(const job *job) {
  reading reading = open_reading(job);
  const bson_t *document;
  bson_iter_t iterator;
  while (mongoc_cursor_next(reading.cursor, &document)) {
    if (!bson_iter_init(&iterator, document)) fail("the source", "a document is broken");
    if (job->kind == users) user(current_block(), &iterator);
    else event(current_block(), &iterator);
    row_ends();
  }
  close_reading(&reading);
}
