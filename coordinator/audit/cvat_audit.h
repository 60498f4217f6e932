// An audit's sample for CVAT: "CVAT for images 1.1" (docs.cvat.ai, "XML annotation format"), and
// the labels that a task must have before such a file can be loaded into it. Pure; thread-safe.
#pragma once

#include <string>

#include "coordinator/audit/audit_sample.h"

namespace prelabel {

inline constexpr char kCvatImageTag[] = "audit_image";  // label of the tag that whole images have

// What CVAT's label constructor takes in its tab "Raw": the sample's categories as rectangles; to
// check labels with the attributes audit_id and verdict (unchecked, right, wrong), and for whole
// images with a tag that has audit_id and looked_through (no, yes).
std::string CvatCheckedLabels(const AuditSample& sample);
std::string CvatWholeLabels(const AuditSample& sample);

// Boxes of the drawn labels, unchecked; and whole images with all of the run's boxes in them, not
// looked through. Images have the names of their picture files.
std::string CvatChecked(const AuditSample& sample);
std::string CvatWhole(const AuditSample& sample);

}  // namespace prelabel
