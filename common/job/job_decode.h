// From the YAML tree of a job file to a JobSpec: which keys there are, their types and ranges.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/job/job_spec.h"
#include "common/job/yaml_document.h"

namespace prelabel {

// The keys that hold a value ("name", "cluster.workers"), in the order of the manual. Each can be
// set by --set and by its environment variable. `data` and `labels.classes` are set as a whole.
const std::vector<std::string>& JobKeys();

// Relative paths resolve against `folder`, which is absolute. What is wrong goes to `mistakes`; the
// result is of use only if there are none.
JobSpec DecodeJob(const YamlNode& root, const std::filesystem::path& folder, Mistakes& mistakes);

}  // namespace prelabel
