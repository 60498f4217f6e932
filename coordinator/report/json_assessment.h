// The parts of report.json that judge: verdicts, confidence, audit, reference and shift.
#pragma once

#include "coordinator/report/json_builder.h"
#include "coordinator/report/report.h"

namespace prelabel {

// The key "assessment" of the object that is open.
void PutAssessment(JsonBuilder& json, const Report& report, const Assessment& assessment);

// The key "shift" likewise.
void PutShift(JsonBuilder& json, const Report& report, const DomainShift& shift);

// The key "second_opinion" likewise.
void PutSecondOpinion(JsonBuilder& json, const Report& report, const SecondOpinionResult& result);

}  // namespace prelabel
