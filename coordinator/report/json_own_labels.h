// The part of report.json about the labels that sources came with.
#pragma once

#include "coordinator/report/json_builder.h"
#include "coordinator/report/report.h"

namespace prelabel {

// The key "own_labels" of the object that is open.
void PutOwnLabels(JsonBuilder& json, const Report& report, const OwnLabels& own);

}  // namespace prelabel
