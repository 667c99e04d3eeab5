/*
 * Keeps the core that it is pinned to from sleeping: spins there whenever nothing else wants to run (SCHED_IDLE, sched(7)).
 * A core that sleeps takes microseconds to wake, one of a virtual machine up to milliseconds, as its host has given it to
 * somebody else meanwhile.
 *
 *   cc -O2 -o awake awake.c && ./awake       until it is ended, its parent ends, or ten minutes have passed
 *   ./awake check                            exit code 0 if it may do that here
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Between two offers of the core, so many times. */
enum { SPINS = 1000 };

/* Leaves what a core's two threads share to the other one. */
static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

int main(int argc, char **argv) {
  struct sched_param none = {0};
  (void)argv;
  if (sched_setscheduler(0, SCHED_IDLE, &none) < 0) return perror("SCHED_IDLE"), 1;
  if (argc > 1) return 0;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(600);
  for (;;) {
    for (int spin = 0; spin < SPINS; spin++) relax();
    /* The scheduler (EEVDF) lets one that has just run for long wait for its share, which against our tiny weight is
       milliseconds and now and then seconds. Who yields has had its own. */
    sched_yield();
  }
}
