// What a label says besides its class and its shape, as members of a JSON object. Pure;
// thread-safe.
#pragma once

#include <string>

#include "coordinator/merge/merge.h"

namespace prelabel {

// `"score": 0.7500, "source": "model"`, and where there are any `route`, of fused models
// `found_by` and `known_by`, and with `video` `track_id`.
void AppendLabelFacts(const Label& label, bool video, std::string& out);

// `, "occluded": false`, and where it is not empty `, "attributes": {…}` (texts by name): what only
// labels have that a person drew.
void AppendOccluded(const Label& label, std::string& out);
void AppendAttributes(const Label& label, std::string& out);

}  // namespace prelabel
