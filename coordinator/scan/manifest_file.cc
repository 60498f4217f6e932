#include "coordinator/scan/manifest_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "common/base/url.h"
#include "coordinator/scan/item_name.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kMostMistakes = 20;
constexpr std::size_t kDeepest = 16;
constexpr std::size_t kLongestNote = 200;  // bytes, of "COLUMN: VALUE"

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// One line without its end. False: there is none. What is over the limit is passed over and
// `too_long`.
bool NextLine(std::istream& in, std::string& line, bool& too_long) {
  line.clear();
  too_long = false;
  std::array<char, 65536> piece{};
  for (;;) {
    in.getline(piece.data(), piece.size());
    const auto got = static_cast<std::size_t>(in.gcount());
    if (in.bad()) return false;
    if (got == 0 && in.eof()) return !line.empty() || too_long;
    // getline counts the end of the line; at the end of the file and in a full buffer there is
    // none.
    const bool ended = !in.fail() && !in.eof();
    const std::size_t size = ended ? got - 1 : got;
    too_long = too_long || line.size() + size > kLongestManifestLine;
    if (!too_long) line.append(piece.data(), size);
    if (ended || in.eof()) return true;
    in.clear(in.rdstate() & ~std::ios::failbit);
  }
}

class ManifestReader {
 public:
  explicit ManifestReader(const fs::path& path) : path_(path), folder_(path.parent_path()) {}

  Result<ListedItems> Read(std::istream& in) {
    std::string line;
    bool too_long = false;
    while (mistakes_.size() < kMostMistakes && NextLine(in, line, too_long)) {
      ++line_;
      if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
      if (too_long) {
        Mistake(1, fmt::format("the line is longer than {} bytes", kLongestManifestLine));
      } else if (line.find_first_not_of(" \t\r") != std::string::npos) {
        ReadLine(line);
      }
    }
    if (in.bad()) return Unavailable("reading failed", path_.string());
    Sort();
    if (!mistakes_.empty()) {
      std::string message;
      for (const std::string& mistake : mistakes_) {
        message += (message.empty() ? "" : "\n") + mistake;
      }
      return InvalidArgument(message);
    }
    return std::move(items_);
  }

 private:
  void Mistake(std::size_t column, const std::string& what) { MistakeAt(line_, column, what); }
  void MistakeAt(std::size_t line, std::size_t column, const std::string& what) {
    if (mistakes_.size() >= kMostMistakes) return;
    mistakes_.push_back(fmt::format("{}:{}:{}: {}", path_.string(), line, column, what));
  }

  void ReadLine(std::string_view line) {
    json::parse_options options;
    options.max_depth = kDeepest;
    json::stream_parser parser({}, options);
    boost::system::error_code error;
    const std::size_t read = parser.write_some(line.data(), line.size(), error);
    if (!error && read < line.size() && line.substr(read).find_first_not_of(" \t\r") != line.npos) {
      return Mistake(read + 1, "there is more behind the object; one object a line");
    }
    if (!error) parser.finish(error);
    if (error) {
      return Mistake(std::min(read, line.size()) + 1,
                     "this is no JSON object in one line (" + error.message() + ")");
    }
    const json::value value = parser.release();
    if (!value.is_object()) {
      return Mistake(1, "must be a JSON object: {\"file\": \"photo.jpg\"}");
    }
    ReadItem(value.get_object());
  }

  void ReadItem(const json::object& object) {
    const json::value* file = object.if_contains("file");
    if (file == nullptr) return Mistake(1, "lacks \"file\", a path or an http(s) URL");
    if (!file->is_string() || file->get_string().empty()) {
      return Mistake(1, "\"file\" must be a text that is not empty: a path or an http(s) URL");
    }
    const json::string& text = file->get_string();
    std::string location;
    std::string name;
    if (!ReadFile({text.data(), text.size()}, location, name)) return;
    const json::value* given = object.if_contains("name");
    if (given != nullptr && !given->is_null()) {
      if (!given->is_string()) return Mistake(1, "\"name\" must be a text");
      name.assign(given->get_string().data(), given->get_string().size());
    }
    if (const std::optional<std::string> wrong = WrongItemName(name, kLongestItemName)) {
      return Mistake(
          1,
          fmt::format("{} {}; give the item another \"name\"",
                      given == nullptr ? "the name that \"file\" would give" : "\"name\"", *wrong));
    }
    std::vector<std::uint32_t> notes;
    if (!ReadColumns(object, notes)) return;
    items_.names.push_back(std::move(name));
    items_.locations.push_back(std::move(location));
    items_.item_notes.push_back(std::move(notes));
    lines_.push_back(line_);
  }

  bool ReadFile(std::string_view file, std::string& location, std::string& name) {
    if (IsHttpUrl(file)) {
      const Result<UrlParts> parts = ParseHttpUrl(file);
      if (!parts) {
        Mistake(1, "\"file\": " + parts.error().message);
        return false;
      }
      location = file;
      name = parts.value().host.substr(0, parts.value().host.find(':')) + parts.value().path;
      return true;
    }
    if (HasScheme(file)) {
      Mistake(1, "\"file\": only paths and http:// and https:// URLs are read");
      return false;
    }
    if (HasControl(file)) {
      Mistake(1, "\"file\" has a control character");
      return false;
    }
    const fs::path full = (folder_ / fs::path(file)).lexically_normal();
    location = full.string();
    name = NameBelow(folder_.lexically_normal(), full);
    return true;
  }

  bool ReadColumns(const json::object& object, std::vector<std::uint32_t>& notes) {
    for (const auto& entry : object) {
      const std::string column(entry.key());
      if (column == "file" || column == "name" || entry.value().is_null()) continue;
      if (entry.value().is_structured()) {
        if (structured_.insert(column).second && structured_.size() <= kMostManifestColumns) {
          items_.warnings.push_back(
              fmt::format("column {} holds lists or objects, which reports cannot look at apart",
                          json::serialize(json::string(column))));
        }
        continue;
      }
      const std::string value = entry.value().is_string() ? std::string(entry.value().get_string())
                                                          : json::serialize(entry.value());
      if (value.empty()) continue;
      std::string note = column + ": " + value;
      if (note.size() > kLongestNote || HasControl(note)) {
        Mistake(1, fmt::format("column {} and its value must be one line of at most {} bytes",
                               json::serialize(json::string(column.substr(0, 40))), kLongestNote));
        return false;
      }
      const auto number = static_cast<std::uint32_t>(known_.size());
      const auto found = known_.try_emplace(std::move(note), number);
      if (found.second) items_.notes.push_back(found.first->first);
      notes.push_back(found.first->second);
      if (notes.size() > kMostManifestColumns) {
        Mistake(1, fmt::format("has more than {} columns", kMostManifestColumns));
        return false;
      }
    }
    return true;
  }

  void Sort() {
    const bool any = std::any_of(items_.item_notes.begin(), items_.item_notes.end(),
                                 [](const auto& notes) { return !notes.empty(); });
    if (!any) items_.item_notes.clear();
    std::vector<std::size_t> order;
    SortByName(items_, &order);
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (items_.names[i] != items_.names[i - 1]) continue;
      MistakeAt(lines_[order[i]], 1,
                fmt::format("the name '{}' is that of line {}, too; give one of them another "
                            "\"name\"",
                            items_.names[i], lines_[order[i - 1]]));
    }
  }

  const fs::path& path_;
  const fs::path folder_;
  std::size_t line_ = 0;
  std::vector<std::string> mistakes_;
  ListedItems items_;
  std::vector<std::size_t> lines_;              // by item, before sorting
  std::map<std::string, std::uint32_t> known_;  // notes
  std::set<std::string> structured_;            // columns that are none
};

}  // namespace

Result<ListedItems> ParseManifest(std::istream& in, const fs::path& path) {
  return ManifestReader(path).Read(in);
}

}  // namespace prelabel
