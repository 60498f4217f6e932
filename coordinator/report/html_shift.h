// The HTML report on how far the run's pictures and predictions are from the reference's.
#pragma once

#include <string>

#include "coordinator/report/report.h"

namespace prelabel {

// In words, then feature by feature, as embeddings, by prediction and class. Without a reference
// the run's own histograms.
std::string ShiftSection(const Report& report, const Assessment& assessment);

// Parts of the dataset against the reference; empty without any.
std::string SliceSection(const Assessment& assessment);

}  // namespace prelabel
