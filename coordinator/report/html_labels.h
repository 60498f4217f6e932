// The HTML report on what was labeled, counted: the figures of every report, with a reference or
// without.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "coordinator/report/report.h"

namespace prelabel {

std::string TilesSection(const Report& report);

// What scores say and do not.
std::string NoteSection(const Report& report);

// A table of classes with their histograms. `colors`: by position in report.classes.
std::string LabelsSection(const Report& report, std::span<const std::uint32_t> colors);

}  // namespace prelabel
