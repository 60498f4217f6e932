#include "coordinator/scan/file_pattern.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <system_error>
#include <utility>

#include "coordinator/scan/utf8.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

bool HasWildcard(std::string_view name) { return name.find_first_of("*?") != name.npos; }

// "*.jpg" does, "*" and "a.*" do not.
bool EndsInLiteralExtension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot != name.npos && dot + 1 < name.size() && !HasWildcard(name.substr(dot));
}

// What tells a folder from all others, whatever path led to it.
using FolderId = std::pair<dev_t, ino_t>;

class Walk {
 public:
  Walk(std::vector<std::string> components, bool any_extension, MatchedFiles& found)
      : components_(std::move(components)), any_extension_(any_extension), found_(found) {}

  // Matches components from `position` on inside found_.root / below.
  void Enter(const std::string& below, std::size_t position) {
    const fs::path folder = below.empty() ? found_.root : found_.root / below;
    struct stat status {};
    if (stat(folder.c_str(), &status) != 0) {
      Warn(folder, std::error_code(errno, std::generic_category()).message());
      return;
    }
    const FolderId id{status.st_dev, status.st_ino};
    const bool same_place = !ancestors_.empty() && ancestors_.back().second == below;
    const auto is_id = [&](const auto& ancestor) { return ancestor.first == id; };
    if (!same_place && std::any_of(ancestors_.begin(), ancestors_.end(), is_id)) {
      Warn(folder, "it contains itself through a link");
      return;
    }
    ancestors_.emplace_back(id, below);
    EnterChecked(folder, below, position);
    ancestors_.pop_back();
  }

 private:
  void EnterChecked(const fs::path& folder, const std::string& below, std::size_t position) {
    const std::string& component = components_[position];
    const bool last = position + 1 == components_.size();
    const bool any_depth = component == "**";
    if (any_depth && !last) Enter(below, position + 1);

    std::error_code error;
    fs::directory_iterator entries(folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      const std::string name = entries->path().filename().string();
      if (!MatchName(any_depth ? "*" : component, name)) continue;
      std::error_code ignored;  // a broken link is of type not_found, and counts as a file
      const fs::file_type type = entries->status(ignored).type();
      const bool is_folder = type == fs::file_type::directory;
      const bool is_file = type == fs::file_type::regular || type == fs::file_type::not_found;
      const bool wanted_file = last && is_file && (any_extension_ || HasImageExtension(name));
      const bool wanted_folder = is_folder && (any_depth || !last);
      if (last && is_file && !wanted_file) CountSkipped(name, found_.skipped);
      if (!wanted_file && !wanted_folder) continue;
      if (!IsUtf8(name)) {
        Warn(folder / PrintableName(name), "its name is not UTF-8; rename it");
        continue;
      }
      const std::string path = below.empty() ? name : below + "/" + name;
      if (wanted_file) {
        found_.files.push_back(path);
      } else {
        Enter(path, any_depth ? position : position + 1);
      }
    }
    if (error) Warn(folder, error.message());
  }

  void Warn(const fs::path& path, const std::string& why) {
    std::string warning = path.string() + " is left out: " + why;
    // `**` reads a folder twice where more components follow.
    if (std::find(found_.warnings.begin(), found_.warnings.end(), warning) ==
        found_.warnings.end()) {
      found_.warnings.push_back(std::move(warning));
    }
  }

  std::vector<std::string> components_;
  bool any_extension_;
  MatchedFiles& found_;
  std::vector<std::pair<FolderId, std::string>> ancestors_;  // with where each was entered
};

}  // namespace

bool MatchName(std::string_view pattern, std::string_view name) {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = pattern.npos;  // the last `*` seen, and where its match ends for now
  std::size_t star_end = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++n;
      if (pattern[p] == '?') {  // and the rest of its character
        while (n < name.size() && (static_cast<unsigned char>(name[n]) & 0xC0U) == 0x80U) ++n;
      }
      ++p;
    } else if (star != pattern.npos) {
      p = star + 1;
      n = ++star_end;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool HasImageExtension(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kExtensions = {".jpg",  ".jpeg", ".png", ".bmp",
                                                                  ".webp", ".tif",  ".tiff"};
  return std::any_of(kExtensions.begin(), kExtensions.end(), [&](std::string_view extension) {
    if (name.size() < extension.size()) return false;
    const std::string_view end = name.substr(name.size() - extension.size());
    return std::equal(end.begin(), end.end(), extension.begin(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  });
}

MatchedFiles MatchPattern(const std::string& pattern) {
  fs::path path = fs::path(pattern).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // "folder/"
  MatchedFiles found;
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_type::directory) {
    found.root = path;
    Walk({"**"}, false, found).Enter("", 0);
    return found;
  }
  if (type == fs::file_type::regular) {
    found.root = path.parent_path();
    const std::string name = path.filename().string();
    if (IsUtf8(name)) {
      found.files.push_back(name);
    } else {
      found.warnings.push_back(PrintableName(path.string()) +
                               " is left out: its name is not UTF-8; rename it");
    }
    return found;
  }
  std::vector<std::string> components;
  for (const fs::path& part : path) {
    const std::string name = part.string();
    if (components.empty() && !HasWildcard(name)) {
      found.root /= part;
    } else {
      components.push_back(name);
    }
  }
  if (components.empty() || !fs::is_directory(found.root, error)) return found;
  const bool any_extension = EndsInLiteralExtension(components.back());
  Walk(std::move(components), any_extension, found).Enter("", 0);
  return found;
}

}  // namespace prelabel
