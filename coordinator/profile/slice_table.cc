#include "coordinator/profile/slice_table.h"

#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/csv_reader.h"
#include "coordinator/formats/input_file.h"

namespace prelabel {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30;

}  // namespace

Result<SliceTable> SliceTable::Parse(std::string_view text) {
  SliceTable table;
  std::vector<std::string> header;
  std::map<std::string, std::uint32_t> known;
  const auto row = [&](std::size_t line, const std::vector<std::string>& fields) -> Result<void> {
    const std::string where = fmt::format("line {}", line);
    if (header.empty()) {
      if (fields.front() != "file_name" || fields.size() < 2) {
        return InvalidArgument("the first line must name the columns: file_name,weather and so on",
                               where);
      }
      header = fields;
      return Ok();
    }
    if (fields.size() != header.size()) {
      return InvalidArgument(
          fmt::format("has {} fields, and the first line {}", fields.size(), header.size()), where);
    }
    auto [entry, added] = table.by_name_.try_emplace(fields.front());
    if (!added) return InvalidArgument(fields.front() + " is in the table already", where);
    for (std::size_t i = 1; i < fields.size(); ++i) {
      if (fields[i].empty()) continue;
      const auto number = static_cast<std::uint32_t>(table.texts_.size());
      const auto [at, is_new] = known.try_emplace(header[i] + ": " + fields[i], number);
      if (is_new) table.texts_.push_back(at->first);
      entry->second.push_back(at->second);
    }
    return Ok();
  };
  PRELABEL_TRY(ReadCsv(text, row));
  if (header.empty()) return InvalidArgument("is empty; its first line must name the columns");
  return table;
}

Result<SliceTable> SliceTable::Read(const std::filesystem::path& path) {
  PRELABEL_TRY(const std::string text, ReadWholeFile(path, kMaxBytes));
  Result<SliceTable> table = Parse(text);
  if (table.has_error()) {
    return InvalidArgument(
        table.error().message,
        path.string() + (table.error().context.empty() ? "" : ": ") + table.error().context);
  }
  return table;
}

void SliceTable::AppendSlices(std::string_view file_name, std::vector<std::string>& slices) const {
  const auto found = by_name_.find(file_name);
  if (found == by_name_.end()) return;
  for (const std::uint32_t text : found->second) slices.push_back(texts_[text]);
}

}  // namespace prelabel
