// Expected precision of a run's labels, from how often a reference's predictions were right.
//
// Of class c and score bin b the reference knows boxes n and right ones r; few, mostly. So both are
// shrunk, as means of a beta posterior: first the bin over all classes, towards the score itself
// with the weight of 2 boxes; then the class's bin towards that with the weight of 10:
//   p_b  = (r_b + 2 s_b) / (n_b + 2),   p_cb = (r_cb + 10 p_b) / (n_cb + 10).
// Expected precision is the labels' mean of p_cb. Its variance has three parts:
//   the reference's images  delete-a-group jackknife over its 64 groups, at least that of p_b's
//                           posteriors, p (1 - p) / (n_b + 3): where there are few boxes of a
//                           score, groups agree because they have nothing to say;
//   the class               that it differs from the others where it is not known: sd of p_cb's
//                           posterior, sqrt(p (1 - p) / (10 + n_c + 1)) with n_c the class's boxes
//                           that are seen, the same for all bins of a class, independent over
//                           classes;
//   the labels              that each is right or wrong by chance: sum of p (1 - p) / labels²,
//                           times the design effect of boxes in one image (at least 1): the
//                           reference's squared sums of (right - p) by group to those that
//                           independent boxes would have.
// The interval is for the precision that somebody finds who checks every label. Weights were chosen
// by the experiment that tests/parity/precision_coverage_test.py repeats. Pure; thread-safe.
#pragma once

#include <vector>

#include "coordinator/confidence/class_confidence.h"
#include "coordinator/confidence/label_scores.h"
#include "coordinator/merge/merge.h"
#include "coordinator/profile/domain_stats.h"

namespace prelabel {

struct RunConfidence {
  std::vector<ClassConfidence> classes;  // by category
  ClassConfidence all;                   // all categories together
  double calibration_error = 0;          // of the reference's seen boxes, by bins; 0 without
};

// `reference` is null or empty without ground truth: then counts and mean scores are all there is.
RunConfidence EstimateConfidence(const LabelScores& scores, const ClassMap& classes,
                                 const Reliability* reference);

}  // namespace prelabel
