// The part of report.json about images that are there more than once.
#pragma once

#include "coordinator/report/duplicates_report.h"
#include "coordinator/report/json_builder.h"

namespace prelabel {

// The key "duplicates" of the object that is open.
void PutDuplicates(JsonBuilder& json, const DuplicatesReport& duplicates);

}  // namespace prelabel
