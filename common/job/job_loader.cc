#include "common/job/job_loader.h"

#include <system_error>

#include "common/job/job_decode.h"
#include "common/job/job_overrides.h"
#include "common/job/yaml_document.h"

namespace prelabel {

Result<JobSpec> LoadJob(const std::filesystem::path& path, const JobSources& sources) {
  PRELABEL_TRY(const std::string text, ReadYamlFile(path, "job file"));
  return ParseJob(text, path, sources);
}

Result<JobSpec> ParseJob(const std::string& text, const std::filesystem::path& path,
                         const JobSources& sources) {
  Mistakes mistakes(path.string());
  auto root = ParseYaml(text, 0, mistakes);
  if (!root) return InvalidArgument(mistakes.ToString());
  ApplyOverrides(sources, &*root, mistakes);
  ExpandVariables(sources.environment, &*root, mistakes);
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(path, error).parent_path();
  if (error) {
    return InvalidArgument("the current folder cannot be read: " + error.message(), path.string());
  }
  JobSpec job = DecodeJob(*root, folder, mistakes);
  if (!mistakes.empty()) return InvalidArgument(mistakes.ToString());
  return job;
}

}  // namespace prelabel
