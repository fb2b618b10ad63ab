// A library that is loaded before a server's own (`LD_PRELOAD`) and makes its files fail as the
// test wants, see CFileFaults.h. It has no functions of its own to call. For tests alone.
#ifndef ROSTRUM_CFAULTYFILES_H
#define ROSTRUM_CFAULTYFILES_H
#endif
