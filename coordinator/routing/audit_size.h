// How many labels people must check before a precision is shown. Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace prelabel {

// The least n for which `errors` wrong ones among n labels drawn at random show that at least the
// share `target` of all is right, with `confidence` in each of `classes` classes at once
// (Bonferroni): P(at most `errors` of n wrong | share of wrong ones 1 - target) <= (1 - confidence)
// / classes, the one-sided bound of Clopper and Pearson (1934). Without errors this is
// ceil(log((1 - confidence) / classes) / log(target)). All arguments in (0, 1); classes >= 1.
std::uint64_t AuditSize(std::uint64_t errors, double target, double confidence,
                        std::uint64_t classes = 1);

// The least n that would show it if the share `wrong` of them turned out wrong (rounded up to whole
// labels). Absent where no number would, or more than a few hundred errors would have to be seen.
std::optional<std::uint64_t> AuditSizeAtRate(double wrong, double target, double confidence,
                                             std::uint64_t classes = 1);

}  // namespace prelabel
