#include "pipeline.h"
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Full blocks go through one queue, first in, first out: so the rows reach the table nearly in the source's order, which makes its
// key cheap. Sent ones come back to be filled again.
enum { block_size = 256 << 10, most_blocks = 12, most_connections = 8 };

static struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  block *first;
  block *last;
  block *empty;
  int made;
  bool ended;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static block *filling;
static pthread_t senders[most_connections];
static PGconn *connections[most_connections];
static uint64_t rows[most_connections];

static block *take_empty(void) {
  pthread_mutex_lock(&queue.lock);
  while (!queue.empty && queue.made == most_blocks) pthread_cond_wait(&queue.changed, &queue.lock);
  block *taken = queue.empty;
  if (taken) queue.empty = taken->next;
  else queue.made++;
  pthread_mutex_unlock(&queue.lock);
  if (!taken) {
    taken = calloc(1, sizeof *taken);
    if (!taken) fail("memory", "there is none left");
    block_room(taken, block_size + 65536);
  }
  taken->length = 0;
  return taken;
}

static void hand_over(block *full) {
  full->next = NULL;
  pthread_mutex_lock(&queue.lock);
  if (queue.last) queue.last->next = full;
  else queue.first = full;
  queue.last = full;
  pthread_cond_broadcast(&queue.changed);
  pthread_mutex_unlock(&queue.lock);
}

block *current_block(void) { return filling; }

void row_ends(void) {
  if (filling->length < block_size) return;
  hand_over(filling);
  filling = take_empty();
}

static void send_bytes(PGconn *connection, const void *bytes, size_t length) {
  if (PQputCopyData(connection, bytes, (int)length) != 1) fail("the COPY", PQerrorMessage(connection));
}

static void *sender(void *argument) {
  uint64_t *counted = argument;
  PGconn *connection = connections[counted - rows];
  send_bytes(connection, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
  for (;;) {
    pthread_mutex_lock(&queue.lock);
    while (!queue.first && !queue.ended) pthread_cond_wait(&queue.changed, &queue.lock);
    block *full = queue.first;
    if (full && !(queue.first = full->next)) queue.last = NULL;
    pthread_mutex_unlock(&queue.lock);
    if (!full) break;
    send_bytes(connection, full->bytes, full->length);
    pthread_mutex_lock(&queue.lock);
    full->next = queue.empty;
    queue.empty = full;
    pthread_cond_broadcast(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
  }
  send_bytes(connection, "\377\377", 2);
  if (PQputCopyEnd(connection, NULL) != 1) fail("the COPY", PQerrorMessage(connection));
  PGresult *result = PQgetResult(connection);
  if (PQresultStatus(result) != PGRES_COMMAND_OK) fail("the COPY", PQerrorMessage(connection));
  *counted = strtoull(PQcmdTuples(result), NULL, 10);
  PQclear(result);
  while ((result = PQgetResult(connection))) PQclear(result);
  return NULL;
}

void target_begin(const job *job) {
  char copy[128];
  snprintf(copy, sizeof copy, "COPY core.%s FROM STDIN (FORMAT binary)", kind_name(job->kind));
  if (job->connections > most_connections) fail("--connections", "there can be eight at most");
  for (int index = 0; index < job->connections; index++) {
    connections[index] = PQconnectdb(job->target);
    if (PQstatus(connections[index]) != CONNECTION_OK) fail("the target", PQerrorMessage(connections[index]));
    PGresult *result = PQexec(connections[index], copy);
    if (PQresultStatus(result) != PGRES_COPY_IN) fail("the COPY", PQerrorMessage(connections[index]));
    PQclear(result);
    if (pthread_create(&senders[index], NULL, sender, &rows[index]) != 0) fail("a thread", "it can't be made");
  }
  filling = take_empty();
}

uint64_t target_end(const job *job) {
  hand_over(filling);
  pthread_mutex_lock(&queue.lock);
  queue.ended = true;
  pthread_cond_broadcast(&queue.changed);
  pthread_mutex_unlock(&queue.lock);
  uint64_t sum = 0;
  for (int index = 0; index < job->connections; index++) {
    pthread_join(senders[index], NULL);
    sum += rows[index];
  }
  if (job->after) {
    PGresult *result = PQexec(connections[0], job->after);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) fail(job->after, PQerrorMessage(connections[0]));
    PQclear(result);
  }
  for (int index = 0; index < job->connections; index++) PQfinish(connections[index]);
  return sum;
}
