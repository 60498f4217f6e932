// Manifests: lists of images in JSON Lines, one object a line, that somebody else may have written.
//
//   {"file": "day/1.jpg", "weather": "rain"}
//   {"file": "https://host/bucket/2.jpg?X-Amz-Signature=…", "name": "night/2.jpg", "camera": 7}
//
// `file` is a path, relative to the manifest's folder, or an http(s) URL. `name` is what labels
// call the image; by default the path as it is written (below the manifest's folder where it lies
// there), or host and path of the URL. Every other key whose value is a text, a number or a boolean
// is a column that reports look at apart.
#pragma once

#include <cstddef>
#include <filesystem>
#include <istream>

#include "common/base/result.h"
#include "coordinator/scan/listed_items.h"

namespace prelabel {

inline constexpr std::size_t kLongestManifestLine = std::size_t{1} << 20;  // bytes
inline constexpr std::size_t kMostManifestColumns = 64;                    // of an item

// `path` is the manifest's own, absolute. Empty lines are passed over. InvalidArgument: the first
// mistakes, a line each, with "manifest:line:column": what is no JSON object, lacks `file`, has a
// URL of another scheme, a name that could not be a file's below a folder, a name twice (both lines
// are named), and what is over the limits above. No message repeats the query of a URL. An empty
// manifest has no items.
Result<ListedItems> ParseManifest(std::istream& in, const std::filesystem::path& path);

}  // namespace prelabel
