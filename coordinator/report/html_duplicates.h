// The section of the HTML report that names images which are there more than once.
#pragma once

#include <string>

#include "coordinator/report/duplicates_report.h"

namespace prelabel {

// Empty for less than two images.
std::string DuplicatesSection(const DuplicatesReport& duplicates);

}  // namespace prelabel
