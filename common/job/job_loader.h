// Decodes a job file. Every mistake is reported with its file:line:column, not just the first.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/job/job_spec.h"

namespace prelabel {

// Looks up an environment variable; nullopt where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

struct JobSources {
  std::vector<std::string> set;  // --set a.b=value, in order; wins over everything
  Environment environment;       // PRELABEL_A_B for a.b, and ${NAME} inside values
};

// Reads the file; precedence flag > environment > file > default. Relative paths resolve against
// the file's folder. InvalidArgument: message holds one line a mistake ("file:line:column: what;
// what to do").
Result<JobSpec> LoadJob(const std::filesystem::path& path, const JobSources& sources);

// The same on text, `path` being used for messages and for resolving relative paths.
Result<JobSpec> ParseJob(const std::string& text, const std::filesystem::path& path,
                         const JobSources& sources);

// The resolved job as YAML: absolute paths, every default written out; LoadJob of it gives the same
// JobSpec.
std::string FormatJob(const JobSpec& job);

}  // namespace prelabel
