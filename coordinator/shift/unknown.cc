#include "coordinator/shift/unknown.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>

#include "coordinator/stats/gaussian.h"
#include "coordinator/stats/jackknife.h"

namespace prelabel {
namespace {

constexpr double kPercentile = 0.95;
constexpr double kShrinkage = 0.1;
constexpr std::size_t kLeastInHalf = 20;
constexpr std::size_t kLeastInGroup = 5;

std::vector<float> Floats(std::span<const Float16> embedding) {
  std::vector<float> values(embedding.size());
  std::transform(embedding.begin(), embedding.end(), values.begin(), HalfToFloat);
  return values;
}

// Distances to the nearest mean.
class Knowledge {
 public:
  Knowledge(std::span<const Judged* const> known, std::size_t dimensions, int groups) {
    std::vector<std::vector<double>> sums(static_cast<std::size_t>(groups),
                                          std::vector<double>(dimensions));
    std::vector<std::size_t> counts(static_cast<std::size_t>(groups));
    std::vector<double> all(dimensions);
    for (const Judged* one : known) {
      const std::vector<float> values = Floats(one->embedding);
      ++counts[static_cast<std::size_t>(one->group)];
      for (std::size_t d = 0; d < dimensions; ++d) {
        sums[static_cast<std::size_t>(one->group)][d] += values[d];
        all[d] += values[d] / static_cast<double>(known.size());
      }
    }
    std::vector<std::vector<double>> means;
    std::vector<const std::vector<double>*> mean_of(static_cast<std::size_t>(groups), &all);
    for (std::size_t g = 0; g < sums.size(); ++g) {
      if (counts[g] < kLeastInGroup) continue;
      for (double& value : sums[g]) value /= static_cast<double>(counts[g]);
      mean_of[g] = &sums[g];
      means.push_back(sums[g]);
    }
    if (means.empty()) means.push_back(all);
    std::vector<double> covariance(dimensions * dimensions);
    for (const Judged* one : known) {
      const std::vector<float> values = Floats(one->embedding);
      const std::vector<double>& mean = *mean_of[static_cast<std::size_t>(one->group)];
      for (std::size_t i = 0; i < dimensions; ++i) {
        for (std::size_t j = 0; j < dimensions; ++j) {
          covariance[i * dimensions + j] +=
              (values[i] - mean[i]) * (values[j] - mean[j]) / static_cast<double>(known.size());
        }
      }
    }
    metric_.emplace_back(covariance, dimensions, kShrinkage);
    for (const std::vector<double>& mean : means) white_means_.push_back(metric_[0].Whiten(mean));
  }

  double Distance(const Judged& one) const {
    const std::vector<double> white = metric_[0].Whiten(Floats(one.embedding));
    double least = std::numeric_limits<double>::infinity();
    for (const std::vector<double>& mean : white_means_) {
      least = std::min(least, SquaredDistance(white, mean));
    }
    return least;
  }

 private:
  std::vector<Mahalanobis> metric_;  // one
  std::vector<std::vector<double>> white_means_;
};

// A distance of the reference or the run, and the jackknife group of its image.
struct Distance {
  double value = 0;
  std::size_t jackknife = 0;
  int group = 0;
};

std::size_t JackknifeGroupOf(std::uint64_t image) { return image / 2 % kJackknifeGroups; }

// The 95th percentile of those that are not in a jackknife group: what a further distance exceeds
// with a probability of 5 %, however few there are (Weibull's plotting position, p (n + 1),
// interpolated). `sorted` ascends.
double PercentileWithout(std::span<const Distance> sorted, std::size_t without) {
  std::size_t left = sorted.size();
  for (const Distance& one : sorted) left -= one.jackknife == without ? 1 : 0;
  const double position = kPercentile * static_cast<double>(left + 1);
  const auto below = static_cast<std::size_t>(position);  // the below-th smallest one, from 1
  std::size_t rank = 0;
  double at = 0;
  for (const Distance& one : sorted) {
    if (one.jackknife == without) continue;
    if (++rank > below) return at + (one.value - at) * (position - static_cast<double>(below));
    at = one.value;
  }
  return at;
}

// Of a half of the reference: what the rest is like under it.
struct Fit {
  std::vector<Distance> reference;  // of the other half, ascending
  std::vector<Distance> run;        // as given
};

// Shares of the run's vectors beyond the reference's percentile, mean over both fits; of one group,
// or of all. Nothing where a half of the reference has too few of them.
UnknownShare ShareOf(std::span<const Fit> fits, std::optional<int> group) {
  const auto counts_here = [&](const Distance& one) { return !group || one.group == *group; };
  std::array<double, kJackknifeGroups> beyond{};
  std::array<double, kJackknifeGroups> counts{};
  std::vector<double> without_reference(kJackknifeGroups);
  for (const Fit& fit : fits) {
    std::vector<Distance> known;
    std::copy_if(fit.reference.begin(), fit.reference.end(), std::back_inserter(known),
                 counts_here);
    if (known.size() < kLeastInHalf) return {};
    const double percentile = PercentileWithout(known, kJackknifeGroups);
    std::array<double, kJackknifeGroups> percentile_without{};
    for (std::size_t g = 0; g < kJackknifeGroups; ++g) {
      percentile_without[g] = PercentileWithout(known, g);
    }
    for (const Distance& one : fit.run) {
      if (!counts_here(one)) continue;
      counts[one.jackknife] += 1;
      if (one.value > percentile) beyond[one.jackknife] += 1;
      for (std::size_t g = 0; g < kJackknifeGroups; ++g) {
        if (one.value > percentile_without[g]) without_reference[g] += 1;
      }
    }
  }
  UnknownShare share;
  const RatioEstimate ratio = JackknifeRatio(beyond, counts);
  const double count = std::accumulate(counts.begin(), counts.end(), 0.0);
  share.count = static_cast<std::uint64_t>(count / static_cast<double>(fits.size()) + 0.5);
  if (count <= 0) return share;
  for (double& value : without_reference) value /= count;
  const double variance = ratio.variance + JackknifeVariance(without_reference);
  const double half = std::min(1.0, HalfWidth95(variance, ratio.groups));
  share.share = ratio.value;
  share.excess = ratio.value - (1 - kPercentile);
  share.low = std::max(-(1 - kPercentile), share.excess - half);
  share.high = std::min(kPercentile, share.excess + half);
  return share;
}

}  // namespace

Unknowns JudgeUnknown(std::span<const Judged> reference, std::span<const Judged> run,
                      std::size_t dimensions, int groups) {
  Unknowns unknowns;
  unknowns.by_group.resize(static_cast<std::size_t>(groups));
  std::array<std::vector<const Judged*>, 2> halves;
  for (const Judged& one : reference) {
    if (one.embedding.size() == dimensions) halves[one.image % 2].push_back(&one);
  }
  if (halves[0].size() < kLeastInHalf || halves[1].size() < kLeastInHalf || dimensions == 0) {
    return unknowns;
  }
  std::vector<Fit> fits(2);
  unknowns.ratio.resize(run.size());
  for (std::size_t h = 0; h < 2; ++h) {
    Fit& fit = fits[h];
    const Knowledge knowledge(halves[h], dimensions, groups);
    for (const Judged* one : halves[1 - h]) {
      fit.reference.push_back({knowledge.Distance(*one), JackknifeGroupOf(one->image), one->group});
    }
    std::sort(fit.reference.begin(), fit.reference.end(),
              [](const Distance& a, const Distance& b) { return a.value < b.value; });
    const double percentile = PercentileWithout(fit.reference, kJackknifeGroups);
    for (std::size_t i = 0; i < run.size(); ++i) {
      if (run[i].embedding.size() != dimensions) continue;
      const double distance = knowledge.Distance(run[i]);
      fit.run.push_back({distance, JackknifeGroupOf(run[i].image), run[i].group});
      unknowns.ratio[i] += distance / std::max(percentile, 1e-12) / 2;
    }
  }
  unknowns.all = ShareOf(fits, std::nullopt);
  for (int g = 0; g < groups; ++g) {
    unknowns.by_group[static_cast<std::size_t>(g)] = ShareOf(fits, g);
  }
  return unknowns;
}

}  // namespace prelabel
