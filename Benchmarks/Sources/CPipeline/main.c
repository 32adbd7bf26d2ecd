// The bar that kedge is measured against: what a competent hand-written program of C does, for these two tables and no others.
//
//   kedge-pipeline drain users|usage_events SOURCE
//   kedge-pipeline load users|usage_events SOURCE TARGET CONNECTIONS [SQL that runs afterwards]
//
// drain reads the source and visits every field; load copies it into core.users or core.usage_events. Prints the records.
#include "pipeline.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *kind_name(record_kind kind) { return kind == users ? "users" : "usage_events"; }

int main(int count, char **words) {
  bool loads = count >= 6 && strcmp(words[1], "load") == 0;
  bool drains = count == 4 && strcmp(words[1], "drain") == 0;
  if (!loads && !drains) fail("usage", "kedge-pipeline drain KIND SOURCE, or load KIND SOURCE TARGET CONNECTIONS [SQL]");
  job job = {.kind = strcmp(words[2], "users") == 0 ? users : usage_events, .source = words[3], .connections = 1};
  bool is_mongo = strncmp(job.source, "mongodb", 7) == 0;
  if (strncmp(job.source, "sqlite:", 7) == 0) job.source += 7;
  if (drains) {
    visited visited = is_mongo ? drain_mongo(&job) : drain_sqlite(&job);
    printf("%" PRIu64 " records, %" PRIu64 " fields, sum %" PRIu64 "\n", visited.records, visited.fields, visited.sum);
    return 0;
  }
  job.target = words[4];
  job.connections = atoi(words[5]);
  if (job.connections < 1) fail("CONNECTIONS", "it has to be a number from 1 on");
  if (count > 6) job.after = words[6];
  target_begin(&job);
  if (is_mongo) read_mongo(&job);
  else read_sqlite(&job);
  printf("%" PRIu64 " records\n", target_end(&job));
  return 0;
}
