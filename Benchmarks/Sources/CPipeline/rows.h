// Rows as COPY BINARY takes them, written into blocks that go from the reader to the connections.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whole rows, one after the other.
typedef struct block {
  uint8_t *bytes;
  size_t length;
  size_t capacity;
  struct block *next;
} block;

// Ends the program: a bar that was set with wrong rows would be none.
_Noreturn void fail(const char *what, const char *why);

uint8_t *block_room(block *block, size_t bytes);

void put_columns(block *block, int16_t count);
void put_null(block *block);
void put_bytes(block *block, const void *bytes, size_t length);
void put_bool(block *block, bool value);
void put_int32(block *block, int32_t value);
void put_int64(block *block, int64_t value);
void put_double(block *block, double value);
// Of milliseconds since 1970.
void put_time(block *block, int64_t milliseconds);
// A numeric of so many hundredths.
void put_hundredths(block *block, int64_t value);
// What can't be said beforehand: the length of a field that is written bit by bit.
size_t field_begin(block *block);
void field_end(block *block, size_t begin);
void raw_bytes(block *block, const void *bytes, size_t length);
void raw_int32(block *block, int32_t value);
// Text between quotation marks in JSON; fails where it would need to be escaped.
void raw_json_text(block *block, const char *text, size_t length);
// text[]: begin, each element by put_bytes, end with how many there were.
size_t texts_begin(block *block);
void texts_end(block *block, size_t begin, int32_t count);
