/* Compiled by `cargo xtask test` to learn whether there is a C compiler with the headers of the C library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
