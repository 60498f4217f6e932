// What users know about the items of a dataset: a table of columns, by the names of items.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

class SliceTable {
 public:
  // From CSV whose first column is file_name. InvalidArgument with the line: a header without it or
  // without further columns, rows of another length, a name twice.
  static Result<SliceTable> Parse(std::string_view text);
  static Result<SliceTable> Read(const std::filesystem::path& path);

  // Appends "COLUMN: VALUE" for each column of the item; nothing where it is not in the table or
  // a value is empty.
  void AppendSlices(std::string_view file_name, std::vector<std::string>& slices) const;

 private:
  std::vector<std::string> texts_;  // "COLUMN: VALUE", each once
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> by_name_;
};

}  // namespace prelabel
