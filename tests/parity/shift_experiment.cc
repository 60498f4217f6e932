// How often drift is called. Reads two profiles, of the same pictures or of others, by whose names
// images are the same. For every seed the names are cut into halves at random: the reference is the
// first half in CLEAN, the run is the second half in OTHER; with --all the run is all of OTHER.
//
//   shift_experiment --seeds 200 clean.profile other.profile
//
// Prints a line a seed: "drift" or "none", and the tests that drifted with their effects; with
// --verbose every test below it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "coordinator/profile/profile.h"
#include "coordinator/shift/domain_shift.h"

namespace prelabel {
namespace {

using Keys = std::set<std::uint64_t>;

DomainTotals Only(const DomainTotals& totals, const Keys& keys) {
  DomainTotals part = totals;
  std::erase_if(part.sample, [&](const SampledImage& image) { return !keys.contains(image.key); });
  std::erase_if(part.box_sample,
                [&](const SampledBoxEmbedding& box) { return !keys.contains(box.image); });
  part.images = part.sample.size();
  for (ClassDomain& domain : part.classes) domain.seen = 0;
  for (const SampledImage& image : part.sample) {
    for (const SampledBox& box : image.boxes) {
      if (box.score >= kSeenScore) ++part.classes[box.class_id].seen;
    }
  }
  return part;
}

void PrintDrift(const std::vector<ShiftTest>& tests) {
  for (const ShiftTest& test : tests) {
    if (test.drift) fmt::print(" {}={:.3f}", test.name, test.effect);
  }
}

int Main(int argc, char** argv) {
  CLI::App app("How often drift is called.", "shift_experiment");
  std::string clean_file;
  std::string other_file;
  int seeds = 200;
  bool all = false;
  bool verbose = false;
  app.add_option("clean", clean_file, "profile")->required();
  app.add_option("other", other_file, "profile")->required();
  app.add_option("--seeds", seeds, "random halves")->capture_default_str();
  app.add_flag("--all", all, "the run is all of the other profile");
  app.add_flag("--verbose", verbose, "every test");
  CLI11_PARSE(app, argc, argv);
  const Result<Profile> clean = ReadProfile(clean_file);
  const Result<Profile> other = ReadProfile(other_file);
  for (const Result<Profile>* read : {&clean, &other}) {
    if (read->has_value()) continue;
    fmt::print(stderr, "shift_experiment: {}\n", read->error().ToString());
    return 1;
  }
  for (int seed = 0; seed < seeds; ++seed) {
    std::vector<std::uint64_t> order;
    for (const SampledImage& image : clean.value().totals.sample) order.push_back(image.key);
    SplitMix64 random(static_cast<std::uint64_t>(seed));
    random.Shuffle(order);
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
    Profile reference = clean.value();
    reference.totals = Only(reference.totals, Keys(order.begin(), middle));
    const DomainTotals run =
        all ? other.value().totals : Only(other.value().totals, Keys(middle, order.end()));
    const DomainShift shift = CompareDomains(reference, run);
    fmt::print("{}", shift.drift ? "drift" : "none");
    PrintDrift(shift.features);
    PrintDrift(shift.predictions);
    if (shift.embedding) {
      PrintDrift({shift.embedding->mmd, shift.embedding->reconstruction});
      fmt::print(" frechet={:.2f}/{:.2f}", shift.embedding->frechet,
                 shift.embedding->frechet_reference);
    }
    fmt::print(" unknown_images={:.2f}[{:.2f},{:.2f}] unknown_boxes={:.2f}[{:.2f},{:.2f}]",
               shift.unknown_images.excess, shift.unknown_images.low, shift.unknown_images.high,
               shift.unknown_boxes.excess, shift.unknown_boxes.low, shift.unknown_boxes.high);
    const auto drifted = std::count_if(shift.classes.begin(), shift.classes.end(),
                                       [](const ClassShift& entry) { return entry.drift; });
    fmt::print(" classes={}\n", drifted);
    if (!verbose) continue;
    std::vector<ShiftTest> tests = shift.features;
    tests.insert(tests.end(), shift.predictions.begin(), shift.predictions.end());
    if (shift.embedding) {
      tests.push_back(shift.embedding->mmd);
      tests.push_back(shift.embedding->reconstruction);
    }
    for (const ShiftTest& test : tests) {
      fmt::print("  {:<22} effect {:.4f} of {:.3f}  p {:.4f}  q {:.4f}  {:.3f} -> {:.3f}\n",
                 test.name, test.effect, test.threshold, test.p, test.q, test.reference_mean,
                 test.run_mean);
    }
  }
  return 0;
}

}  // namespace
}  // namespace prelabel

int main(int argc, char** argv) { return prelabel::Main(argc, argv); }
