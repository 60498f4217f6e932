#include "coordinator/routing/audit_size.h"

#include <boost/math/distributions/binomial.hpp>

namespace prelabel {
namespace {

constexpr std::uint64_t kMostErrors = 300;
constexpr std::uint64_t kMostLabels = std::uint64_t{1} << 40;

}  // namespace

std::uint64_t AuditSize(std::uint64_t errors, double target, double confidence,
                        std::uint64_t classes) {
  const double alpha = (1 - confidence) / static_cast<double>(classes);
  const auto shows = [&](std::uint64_t n) {
    const boost::math::binomial_distribution<double> wrong(static_cast<double>(n), 1 - target);
    return boost::math::cdf(wrong, static_cast<double>(errors)) <= alpha;
  };
  std::uint64_t low = errors;  // does not show it: all of so few may be wrong
  std::uint64_t high = errors + 1;
  while (high < kMostLabels && !shows(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (shows(middle) ? high : low) = middle;
  }
  return high;
}

std::optional<std::uint64_t> AuditSizeAtRate(double wrong, double target, double confidence,
                                             std::uint64_t classes) {
  if (wrong >= 1 - target) return std::nullopt;
  for (std::uint64_t errors = 0; errors <= kMostErrors; ++errors) {
    const std::uint64_t n = AuditSize(errors, target, confidence, classes);
    if (static_cast<double>(errors) >= wrong * static_cast<double>(n)) return n;
  }
  return std::nullopt;
}

}  // namespace prelabel
