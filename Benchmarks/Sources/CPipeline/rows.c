#include "rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *what, const char *why) {
  fprintf(stderr, "kedge-pipeline: %s: %s\n", what, why);
  exit(1);
}

uint8_t *block_room(block *block, size_t bytes) {
  if (block->capacity - block->length < bytes) {
    block->capacity = block->capacity * 2 + bytes;
    block->bytes = realloc(block->bytes, block->capacity);
    if (!block->bytes) fail("memory", "there is none left");
  }
  uint8_t *place = block->bytes + block->length;
  block->length += bytes;
  return place;
}

static void store32(uint8_t *place, uint32_t value) {
  value = __builtin_bswap32(value);
  memcpy(place, &value, 4);
}

static void store64(uint8_t *place, uint64_t value) {
  value = __builtin_bswap64(value);
  memcpy(place, &value, 8);
}

static void store16(uint8_t *place, uint16_t value) {
  value = __builtin_bswap16(value);
  memcpy(place, &value, 2);
}

void put_columns(block *block, int16_t count) { store16(block_room(block, 2), (uint16_t)count); }

void put_null(block *block) { store32(block_room(block, 4), UINT32_MAX); }

void put_bytes(block *block, const void *bytes, size_t length) {
  uint8_t *place = block_room(block, 4 + length);
  store32(place, (uint32_t)length);
  memcpy(place + 4, bytes, length);
}

void put_bool(block *block, bool value) {
  uint8_t *place = block_room(block, 5);
  store32(place, 1);
  place[4] = value;
}

void put_int32(block *block, int32_t value) {
  uint8_t *place = block_room(block, 8);
  store32(place, 4);
  store32(place + 4, (uint32_t)value);
}

void put_int64(block *block, int64_t value) {
  uint8_t *place = block_room(block, 12);
  store32(place, 8);
  store64(place + 4, (uint64_t)value);
}

void put_double(block *block, double value) {
  int64_t bits;
  memcpy(&bits, &value, 8);
  put_int64(block, bits);
}

// PostgreSQL counts microseconds from 2000 on.
void put_time(block *block, int64_t milliseconds) { put_int64(block, (milliseconds - 946684800000) * 1000); }

void put_hundredths(block *block, int64_t value) {
  uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
  uint16_t groups[8];
  int count = 0;
  for (uint64_t whole = size / 100; whole; whole /= 10000) groups[count++] = whole % 10000;
  int weight = count - 1;
  uint16_t fraction = (uint16_t)(size % 100 * 100);
  int digits = count + (fraction != 0);
  uint8_t *place = block_room(block, 12 + 2 * (size_t)digits);
  store32(place, 8 + 2 * (uint32_t)digits);
  store16(place + 4, (uint16_t)digits);
  store16(place + 6, digits ? (uint16_t)weight : 0);
  store16(place + 8, value < 0 ? 0x4000 : 0);
  store16(place + 10, 4);
  place += 12;
  for (int index = count; index-- > 0; place += 2) store16(place, groups[index]);
  if (fraction) store16(place, fraction);
}

size_t field_begin(block *block) {
  block_room(block, 4);
  return block->length;
}

void field_end(block *block, size_t begin) {
  store32(block->bytes + begin - 4, (uint32_t)(block->length - begin));
}

void raw_bytes(block *block, const void *bytes, size_t length) { memcpy(block_room(block, length), bytes, length); }

void raw_int32(block *block, int32_t value) { store32(block_room(block, 4), (uint32_t)value); }

void raw_json_text(block *block, const char *text, size_t length) {
  for (size_t index = 0; index < length; index++) {
    unsigned char byte = (unsigned char)text[index];
    if (byte < 0x20 || byte == '"' || byte == '\\') fail("a text for jsonb", "it would need to be escaped");
  }
  uint8_t *place = block_room(block, length + 2);
  place[0] = '"';
  memcpy(place + 1, text, length);
  place[length + 1] = '"';
}

// Dimensions, whether there is a NULL, the element's type (text is 25), how many, and the first one's number.
size_t texts_begin(block *block) {
  size_t begin = field_begin(block);
  raw_int32(block, 1);
  raw_int32(block, 0);
  raw_int32(block, 25);
  raw_int32(block, 0);
  raw_int32(block, 1);
  return begin;
}

void texts_end(block *block, size_t begin, int32_t count) {
  if (count == 0) {
    // An empty array has no dimension.
    store32(block->bytes + begin, 0);
    block->length = begin + 12;
  } else {
    store32(block->bytes + begin + 12, (uint32_t)count);
  }
  field_end(block, begin);
}
