// What the HTML report's answer rests on: classes that nobody knows, assumptions, where everything
// came from.
#pragma once

#include <string>

#include "coordinator/report/report.h"

namespace prelabel {

// Classes that the job wants and the model does not have; empty without any.
std::string GapsSection(const Assessment& assessment);

std::string AssumptionsSection(const Assessment& assessment);

// Model, reference, seeds, versions: what it takes to get the same report again.
std::string ProvenanceSection(const Report& report);

}  // namespace prelabel
