// CPU time and memory of this process, CPU time of others, and how much of the machine other
// programs had meanwhile: a figure taken beside them says little. Not thread-safe.
#pragma once

#include <sys/types.h>

namespace prelabel::bench {

// The share of the CPUs that other programs may have in an undisturbed round.
inline constexpr double kQuiet = 0.05;

// User and system time in seconds; `who`: RUSAGE_SELF, or RUSAGE_CHILDREN for those waited for.
double CpuSeconds(int who);

// The same of another process, with all its threads; 0 where there is none.
double CpuSecondsOf(pid_t process);

// The resident set of this process: now, and the most that it was. Bytes.
double ResidentBytes();
double PeakResidentBytes();

// The share of the machine's CPUs that programs beside ours used since this object was made.
class Others {
 public:
  Others();
  // `own_cpu_seconds`: what ours used since then.
  double Share(double own_cpu_seconds) const;

 private:
  double begin_;  // seconds
  double busy_;
};

}  // namespace prelabel::bench
