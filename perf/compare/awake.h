// Keeps virtual cores from being halted: waking a halted one can take longer than a flush.
#ifndef COMPARE_AWAKE_H
#define COMPARE_AWAKE_H

// Starts a spinning thread of the idle class on each core, before which everything else goes.
void awake_start(void);

#endif
