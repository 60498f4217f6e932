// An audit's sample for Label Studio: labeling configurations, and tasks with predictions as people
// find them drawn (labelstud.io/guide, "Import data", "Import pre-annotated data"). Pure;
// thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "coordinator/audit/audit_sample.h"

namespace prelabel {

// One task a drawn label, which is drawn as a rectangle and asked about; one a whole image, with
// all of the run's rectangles.
std::string LabelStudioCheckedConfig(const AuditSample& sample);
std::string LabelStudioWholeConfig(const AuditSample& sample);

// `pictures`: the folder of the picture files, below the folder that Label Studio serves files from
// (its LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT).
std::string LabelStudioChecked(const AuditSample& sample, std::string_view pictures);
std::string LabelStudioWhole(const AuditSample& sample, std::string_view pictures);

}  // namespace prelabel
