// Tests of what was seen in the pictures, the run's sample against the reference's. Images are
// exchanged as a whole, so boxes of one image may be as correlated as they like. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coordinator/profile/domain_stats.h"
#include "coordinator/shift/domain_shift.h"

namespace prelabel {

// All classes together: score, boxes per image, class shares, box area, box aspect.
std::vector<ShiftTest> TestBoxes(std::span<const SampledImage> reference,
                                 std::span<const SampledImage> run, std::size_t classes);

// The same class by class, for those with kLeastImages images on both sides: score, share of images
// that have it, boxes in these, area, aspect. Every class that is seen on either side has an entry.
std::vector<ClassShift> TestClasses(const DomainTotals& reference, const DomainTotals& run,
                                    const std::vector<std::string>& names);

}  // namespace prelabel
