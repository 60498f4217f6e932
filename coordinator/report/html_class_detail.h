// What a class's row of the HTML report opens to: reasons, what would make it surer, reliability,
// the curve over thresholds with its slider, and other estimates.
#pragma once

#include <cstddef>
#include <string>

#include "coordinator/report/report.h"

namespace prelabel {

// `c`: position in report.classes.
std::string ClassDetail(const Report& report, const Assessment& assessment, std::size_t c);

// Null where there is none.
const ClassConfidence* ConfidenceOf(const Assessment& assessment, std::size_t c);
const ClassAudit* AuditOf(const Assessment& assessment, std::size_t c);

// The lowest of the thresholds of the model's classes that are written as this one.
float JobThreshold(const ClassReport& entry);

}  // namespace prelabel
