/* Loaded before the C library (LD_PRELOAD): every flush to the disk takes MICROSECONDS longer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <time.h>

static int slowly(int (*flush)(int), int file)
{
    struct timespec left = { 0, MICROSECONDS * 1000L };
    int result = flush(file), error = errno;
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
    errno = error;
    return result;
}

int fdatasync(int file)
{
    return slowly((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"), file);
}

int fsync(int file)
{
    return slowly((int (*)(int))dlsym(RTLD_NEXT, "fsync"), file);
}
