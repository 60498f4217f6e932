// The HTML report's answer: whether to automate, what is left to people, and class by class why.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "coordinator/report/report.h"

namespace prelabel {

// The whole job: the sentence, how labels are routed, hours.
std::string AnswerSection(const Report& report, const Assessment& assessment);

// A row a class, most labels first; it opens to its reasons, curves and a threshold slider.
// `colors`: 0xRRGGBB by position in report.classes.
std::string VerdictSection(const Report& report, const Assessment& assessment,
                           std::span<const std::uint32_t> colors);

}  // namespace prelabel
