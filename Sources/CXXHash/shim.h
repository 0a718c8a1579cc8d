#include <xxhash.h>
/* Run-time dispatch to AVX2 and AVX-512; exported by the shared library. */
#include <xxh_x86dispatch.h>
