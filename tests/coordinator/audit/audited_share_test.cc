// Expected values: hand calculation, and the meaning of an interval: that it covers the truth as
// often as it says, which seeded simulations count.
#include "coordinator/audit/audited_share.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>
#include <vector>

#include "common/base/random.h"

namespace prelabel {
namespace {

constexpr double kConfidence = 0.95;
constexpr int kRepetitions = 1000;

// Labels of a class: how probable each is to be right is `precision` on average and rises with what
// was expected of it; expectations may be off by `bias` for all, or tell nothing.
struct World {
  std::uint64_t population;
  double precision;
  double bias;
  bool informed;
};

struct Labels {
  std::vector<double> right;
  std::vector<double> expected;
  double share = 0;
  double expected_mean = 0;
};

Labels Make(const World& world, SplitMix64& random) {
  Labels labels;
  for (std::uint64_t i = 0; i < world.population; ++i) {
    // Even between 1 - 2 (1 - precision) and 1, or between 0 and 2 precision.
    const double spread = std::min(world.precision, 1 - world.precision);
    const double p = world.precision + (2 * random.Uniform() - 1) * spread;
    labels.right.push_back(random.Uniform() < p ? 1 : 0);
    const double guess = world.informed ? p : random.Uniform();
    labels.expected.push_back(std::clamp(guess + world.bias, 0.0, 1.0));
  }
  const auto n = static_cast<double>(world.population);
  labels.share = std::accumulate(labels.right.begin(), labels.right.end(), 0.0) / n;
  labels.expected_mean = std::accumulate(labels.expected.begin(), labels.expected.end(), 0.0) / n;
  return labels;
}

// `order` holds every label's index once, in any order; it changes.
AuditedStratum Draw(const Labels& labels, std::uint64_t sample, std::vector<std::size_t>& order,
                    SplitMix64& random) {
  AuditedStratum stratum;
  stratum.population = labels.right.size();
  stratum.expected_mean = labels.expected_mean;
  for (std::size_t i = 0; i < sample; ++i) {
    std::swap(order[i], order[i + random.Below(order.size() - i)]);
    stratum.right.push_back(labels.right[order[i]]);
    stratum.expected.push_back(labels.expected[order[i]]);
  }
  return stratum;
}

std::vector<std::size_t> EachOnce(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

bool Covers(const Interval& interval, double truth) {
  return interval.low <= truth + 1e-12 && truth <= interval.high + 1e-12;
}

// By repetitions of 1,000 each, whose share has a standard deviation of 0.7 %.
TEST(ShareOfStratum, CoversTheTruthAsOftenAsItSays) {
  for (const std::uint64_t sample : {5, 10, 20, 50, 100, 300}) {
    for (const double precision : {0.5, 0.7, 0.9, 0.95, 0.99}) {
      int covered_in_all = 0;
      int cells = 0;
      double width = 0;
      for (const std::uint64_t population : {1200, 20000}) {
        for (const auto& [bias, informed] : {std::pair{0.0, true}, {0.2, true}, {0.0, false}}) {
          SplitMix64 random(sample * 1000003 + population + static_cast<std::uint64_t>(cells));
          const Labels labels = Make({population, precision, bias, informed}, random);
          std::vector<std::size_t> order = EachOnce(population);
          int covered = 0;
          for (int i = 0; i < kRepetitions; ++i) {
            const AuditedShare share =
                ShareOfStratum(Draw(labels, sample, order, random), kConfidence);
            covered += Covers(share.interval, labels.share) ? 1 : 0;
            width += share.interval.high - share.interval.low;
            ASSERT_TRUE(Covers(share.interval, share.share));
          }
          EXPECT_GE(covered, 936) << sample << " of " << population << ", precision " << precision
                                  << ", bias " << bias << ", informed " << informed;
          covered_in_all += covered;
          ++cells;
        }
      }
      const double rate = static_cast<double>(covered_in_all) / (cells * kRepetitions);
      EXPECT_GE(rate, 0.95) << "samples of " << sample << ", precision " << precision;
      std::printf("%4d answers, precision %.2f: covered %.4f, mean width %.3f\n",
                  static_cast<int>(sample), precision, rate, width / (cells * kRepetitions));
    }
  }
}

TEST(ShareOfStrata, CoversTheTruthAsOftenAsItSays) {
  struct Class {
    std::uint64_t population;
    double precision;
    std::uint64_t sample;
  };
  std::vector<std::vector<Class>> runs{
      {{8000, 0.95, 150}, {1000, 0.8, 60}, {100, 0.5, 20}},
      {{8000, 0.99, 40}, {1000, 0.97, 14}, {50, 0.9, 3}, {20, 0.9, 2}, {3, 0.9, 2}},
      {{300, 0.7, 30}, {300, 0.9, 30}, {300, 0.3, 30}, {300, 0.99, 30}},
      {{60, 0.8, 3}, {60, 0.8, 3}, {60, 0.8, 3}, {60, 0.8, 3}, {60, 0.8, 3}, {60, 0.8, 3}},
  };
  // One answer of each of 60 classes, as different as classes are; and two of each.
  for (const std::uint64_t sample : {1, 2}) {
    runs.emplace_back();
    for (std::uint64_t i = 0; i < 60; ++i) {
      runs.back().push_back({2 + i * i / 10, 0.2 + 0.75 * static_cast<double>(i % 10) / 9, sample});
    }
  }
  for (std::size_t r = 0; r < runs.size(); ++r) {
    SplitMix64 random(r);
    int covered = 0;
    double width = 0;
    std::vector<Labels> classes;
    std::vector<std::vector<std::size_t>> orders;
    double right = 0;
    double all = 0;
    for (const Class& c : runs[r]) {
      classes.push_back(Make({c.population, c.precision, 0.05, true}, random));
      orders.push_back(EachOnce(c.population));
      right += classes.back().share * static_cast<double>(c.population);
      all += static_cast<double>(c.population);
    }
    for (int i = 0; i < kRepetitions; ++i) {
      std::vector<AuditedStratum> strata;
      for (std::size_t c = 0; c < classes.size(); ++c) {
        strata.push_back(Draw(classes[c], runs[r][c].sample, orders[c], random));
      }
      const AuditedShare share = ShareOfStrata(strata, kConfidence);
      covered += Covers(share.interval, right / all) ? 1 : 0;
      width += share.interval.high - share.interval.low;
    }
    EXPECT_GE(covered, 950) << "run " << r;
    std::printf("run %zu: covered %d of 1000, mean width %.3f\n", r, covered, width / kRepetitions);
  }
}

// Images are good or bad as a whole: objects of a good one are found with 0.95, of a bad one with
// less, so that objects are far from independent.
TEST(ShareOfObjects, CoversTheTruthAsOftenAsItSays) {
  struct Scene {
    std::uint64_t population;
    std::uint64_t sample;
    double bad;        // share of images
    double found_bad;  // share of their objects
    std::uint64_t most;
    double empty;  // share of images without an object
  };
  const std::vector<Scene> scenes{{5000, 50, 0.3, 0.3, 8, 0},    {5000, 20, 0.3, 0.3, 8, 0},
                                  {5000, 50, 0.1, 0.5, 20, 0.5}, {200, 50, 0.2, 0.4, 6, 0},
                                  {5000, 50, 0.2, 0.2, 4, 0.9},  {5000, 10, 0.5, 0.1, 10, 0},
                                  {5000, 50, 0, 0, 3, 0.2},      {5000, 200, 0.3, 0.3, 8, 0.3}};
  for (std::size_t s = 0; s < scenes.size(); ++s) {
    const Scene& scene = scenes[s];
    SplitMix64 random(s);
    std::vector<AuditedImage> images;
    double objects = 0;
    double found = 0;
    for (std::uint64_t i = 0; i < scene.population; ++i) {
      AuditedImage image;
      const double rate = random.Uniform() < scene.bad ? scene.found_bad : 0.95;
      if (random.Uniform() >= scene.empty) image.objects = 1 + random.Below(scene.most);
      for (std::uint64_t o = 0; o < image.objects; ++o) {
        image.found += random.Uniform() < rate ? 1 : 0;
      }
      objects += static_cast<double>(image.objects);
      found += static_cast<double>(image.found);
      images.push_back(image);
    }
    int covered = 0;
    double width = 0;
    for (int i = 0; i < kRepetitions; ++i) {
      std::vector<AuditedImage> drawn = images;
      for (std::size_t k = 0; k < scene.sample; ++k) {
        std::swap(drawn[k], drawn[k + random.Below(drawn.size() - k)]);
      }
      drawn.resize(scene.sample);
      const AuditedShare share = ShareOfObjects(drawn, scene.population, kConfidence);
      covered += Covers(share.interval, found / objects) ? 1 : 0;
      width += share.interval.high - share.interval.low;
    }
    EXPECT_GE(covered, 950) << "scene " << s;
    std::printf("scene %zu: recall %.3f, covered %d of 1000, mean width %.3f\n", s, found / objects,
                covered, width / kRepetitions);
  }
}

}  // namespace
}  // namespace prelabel
