// CPU time of this process and its children, and how much of the machine other programs had
// meanwhile: a figure taken beside them says little. Not thread-safe.
#pragma once

namespace prelabel::bench {

// The share of the CPUs that other programs may have in an undisturbed round.
inline constexpr double kQuiet = 0.05;

// User and system time in seconds; `who`: RUSAGE_SELF, or RUSAGE_CHILDREN for those waited for.
double CpuSeconds(int who);

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
