// What changes the YAML tree of a job before it is decoded: --set, PRELABEL_… and ${NAME}.
#pragma once

#include "common/job/job_loader.h"
#include "common/job/yaml_document.h"

namespace prelabel {

// Puts the values of the environment, then those of --set, into the tree. An unknown path is put
// there too, for the decoder to report with the nearest known key.
void ApplyOverrides(const JobSources& sources, YamlNode* root, Mistakes& mistakes);

// Replaces ${NAME} in every value (not in keys) by the environment's, and $${ by ${. An unset
// variable is a mistake; the value is marked as broken.
void ExpandVariables(const Environment& environment, YamlNode* node, Mistakes& mistakes);

}  // namespace prelabel
