#ifndef KEDGE_ALLOCATIONS_H
#define KEDGE_ALLOCATIONS_H

#include <stdint.h>

/// How often the calling thread has asked for memory since it began.
uint64_t kedge_allocations(void);

#endif
