// Binds a run to its items. Results are stored by an item's position in its source: a file that
// vanishes or is put between others would move all labels behind it to wrong pictures.
#pragma once

#include <string>

#include "common/base/result.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// A line a source: "images|video COUNT HASH NAME". The hash is over the items in order (the paths
// below the root, the names of a manifest, with the images' sizes where they are looked at in
// tiles; the timestamps and packets of frames), not over what is in the files.
std::string DatasetFingerprint(const Dataset& dataset);

// Whether results under `stored` still belong to the items of `now`. What may have changed: items
// behind the last one of a source, and sources behind the last one.
// InvalidArgument: other items; the sources are named, a line each.
Result<void> CheckSameItems(const std::string& stored, const Dataset& now);

}  // namespace prelabel
