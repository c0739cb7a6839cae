/* The engine's memory in a process that does not live long. */
#ifndef LAMBDA_DDNS_MEMORY_H
#define LAMBDA_DDNS_MEMORY_H
#include "quickjs.h"

extern const JSMallocFunctions short_lived_memory;

#endif
