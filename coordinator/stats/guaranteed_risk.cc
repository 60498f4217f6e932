#include "coordinator/stats/guaranteed_risk.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "coordinator/stats/finite_sample.h"

namespace prelabel {
namespace {

bool Passes(const SelectionStep& step, double risk, double alpha) {
  if (step.checked == 0) return false;
  // The fewest wrong ones that are more than the share; a product that should be whole may be off
  // by a bit.
  const double allowed = std::floor(risk * static_cast<double>(step.population) + 1e-6);
  const std::uint64_t too_many = static_cast<std::uint64_t>(allowed) + 1;
  if (too_many > step.population) return true;
  return AtMostProbability({step.population, step.checked, step.wrong}, too_many) <= alpha;
}

}  // namespace

std::size_t SelectionTests(std::size_t steps) {
  return static_cast<std::size_t>(std::bit_width(steps));
}

std::optional<std::size_t> SelectWithGuaranteedRisk(std::span<const SelectionStep> steps,
                                                    double risk, double delta) {
  // As many tests as the thresholds that could pass them need.
  std::vector<std::size_t> tried;
  double alpha = delta;
  for (std::size_t tests = SelectionTests(steps.size()); tests > 0; --tests) {
    alpha = delta / static_cast<double>(tests);
    tried.clear();
    for (std::size_t s = 0; s < steps.size(); ++s) {
      if (Passes({steps[s].population, steps[s].checked, 0}, risk, alpha)) tried.push_back(s);
    }
    if (SelectionTests(tried.size()) < tests) continue;
    tried.resize(std::min(tried.size(), (std::size_t{1} << tests) - 1));
    break;
  }
  std::optional<std::size_t> lowest;
  std::size_t begin = 0;
  std::size_t end = tried.size();
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    if (Passes(steps[tried[middle]], risk, alpha)) {
      lowest = tried[middle];
      end = middle;
    } else {
      begin = middle + 1;
    }
  }
  return lowest;
}

}  // namespace prelabel
