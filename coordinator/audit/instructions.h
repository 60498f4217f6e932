// The README.txt beside an audit's files: what to do with them, tool by tool. Pure; thread-safe.
#pragma once

#include <string>

#include "coordinator/audit/audit_sample.h"

namespace prelabel {

// `ingest`: the command that reads the answers, without the files' names.
std::string AuditInstructions(const AuditSample& sample, const std::string& ingest);

}  // namespace prelabel
