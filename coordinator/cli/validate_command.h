// `prelabel validate`: checks label files, ours or others', against what importers break on.
#pragma once

#include <cstddef>
#include <filesystem>
#include <ostream>

namespace prelabel {

struct ValidateArguments {
  std::filesystem::path path;      // a label file, a folder of them or a run directory
  std::size_t max_problems = 100;  // how many to print
};

// Prints every problem with its place, what was read, and a last line with the counts to `out`;
// what cannot be read to `err`. Returns the exit status: 0 valid (warnings may be), 1 problems,
// 2 nothing to check or unreadable.
int Validate(const ValidateArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace prelabel
