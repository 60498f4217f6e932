// The section of report.html about the labels that sources came with.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "coordinator/report/report.h"

namespace prelabel {

// `colors`: ClassColors.
std::string OwnLabelsSection(const Report& report, const OwnLabels& own,
                             std::span<const std::uint32_t> colors);

}  // namespace prelabel
