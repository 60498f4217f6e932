// What an audit keeps in the run directory: sample.json, what was drawn, and answers.json, what
// people said. Both may have been changed since they were written and are checked. Thread-safe.
#pragma once

#include <string>

#include "common/base/result.h"
#include "coordinator/audit/audit_sample.h"

namespace prelabel {

inline constexpr char kAuditSampleFile[] = "sample.json";
inline constexpr char kAuditAnswersFile[] = "answers.json";

std::string FormatAuditSample(const AuditSample& sample);

// InvalidArgument, without a place, which key is wrong and how: it is not what FormatAuditSample
// writes, or has numbers that cannot be (more drawn than there are, positions that are none).
Result<AuditSample> ParseAuditSample(const std::string& text);

std::string FormatAuditAnswers(const AuditAnswers& answers, const AuditSample& sample);

// InvalidArgument: likewise, or the answers are to another sample.
Result<AuditAnswers> ParseAuditAnswers(const std::string& text, const AuditSample& sample);

}  // namespace prelabel
