// libzstd, the codec of the log's archive (Debian: libzstd-dev).
#include <zstd.h>
