// The section of the HTML report on second looks: how many labels changed pictures and another
// model find again, class by class.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "coordinator/report/report.h"

namespace prelabel {

// Empty where the job asks for none.
std::string SecondOpinionSection(const Report& report, const Assessment& assessment,
                                 std::span<const std::uint32_t> colors);

}  // namespace prelabel
