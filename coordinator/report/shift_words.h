// A comparison with the reference in sentences, for people who do not read test statistics. Pure.
#pragma once

#include <string>
#include <vector>

#include "coordinator/report/report.h"

namespace prelabel {

// What drifted, what matters most first; one sentence that nothing did otherwise. Plain text.
std::vector<std::string> ShiftSentences(const Report& report, const DomainShift& shift);

}  // namespace prelabel
