// Files of answers, as labeling tools export them. Nothing in a file is trusted. Thread-safe over
// collectors of their own.
#pragma once

#include <istream>

#include "common/base/result.h"
#include "coordinator/audit/answer_collector.h"

namespace prelabel {

// All return InvalidArgument where the text is not of the format or says what cannot be, with the
// place in it, and what the collector refuses; Unavailable where the stream fails.

// CVAT for images 1.1. Boxes with an attribute audit_id answer by their `verdict`. An image whose
// tag has an audit_id and looked_through "yes" is a whole one, and all of its shapes that cover an
// area are objects, by their bounds. Other boxes and images are passed over.
Result<void> ReadCvatAnswers(std::istream& in, AnswerCollector& collector);

// Label Studio's JSON export (not JSON-MIN): tasks with data.audit_id. Annotations that were
// cancelled do not count. Objects are rectangles, turned ones by their bounds; other labeled shapes
// are refused.
Result<void> ReadLabelStudioAnswers(std::istream& in, AnswerCollector& collector);

// COCO instances: images that the sample has as whole ones, by the run's file names or those of the
// picture files, folders aside. Each that is listed counts as looked through. Other images are
// passed over.
Result<void> ReadCocoAnswers(std::istream& in, AnswerCollector& collector);

// Any of these, by the first character that is no blank: "<", "[", "{". The stream can seek.
Result<void> ReadAuditAnswers(std::istream& in, AnswerCollector& collector);

}  // namespace prelabel
