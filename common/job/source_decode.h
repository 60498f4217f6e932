// The `data` of a job file: its sources, how videos are sampled and large images are cut.
#pragma once

#include <filesystem>
#include <vector>

#include "common/job/job_spec.h"
#include "common/job/map_reader.h"

namespace prelabel {

// Relative paths resolve against `folder`, which is absolute. What is wrong goes to `mistakes`; the
// result is of use only if there are none. `root`: of the whole job.
std::vector<DataSource> DecodeData(MapReader& root, const std::filesystem::path& folder,
                                   Mistakes& mistakes);

}  // namespace prelabel
