// A YAML text as a plain tree that remembers where each value stands. The tree hides yaml-cpp, and
// bounds size, depth and aliases, so that a hostile file costs little.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

// Where a value was written. Origin 0 is the file; the others are overrides (Mistakes::AddOrigin).
struct YamlPosition {
  int origin = 0;
  int line = 1;  // from 1
  int column = 1;
};

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  YamlPosition at;
  std::string text;             // kScalar
  bool plain = false;           // kScalar: written without quotes, so that it may be a number
  bool broken = false;          // already reported; whoever decodes it stays silent
  std::vector<YamlNode> keys;   // kMap: kScalar nodes, parallel to `items`, no two the same
  std::vector<YamlNode> items;  // kSequence, kMap

  YamlNode* Find(const std::string& key);  // the value under a key of a kMap, or nullptr
};

inline constexpr std::size_t kMaxMistakes = 100;  // shown; the others are counted

// Collects what is wrong with a file, to report all of it at once.
class Mistakes {
 public:
  explicit Mistakes(std::string file) { origins_.push_back(std::move(file)); }

  // An override, such as "--set a.b", that later positions refer to.
  int AddOrigin(std::string label);
  void Add(const YamlPosition& at, std::string what);
  bool empty() const { return found_.empty(); }
  // One line a mistake, those of the file first and by position: "file:line:column: what".
  std::string ToString() const;

 private:
  struct Mistake {
    YamlPosition at;
    std::string what;
  };
  std::vector<std::string> origins_;
  std::vector<Mistake> found_;
};

inline constexpr std::size_t kMaxYamlBytes = std::size_t{1} << 20;

// The text of a file of at most kMaxYamlBytes. InvalidArgument where it cannot be read; `what`
// names it in messages ("job file").
Result<std::string> ReadYamlFile(const std::filesystem::path& path, const std::string& what);

// Parses one document; an empty text is a kNull node. Adds to `mistakes` what is wrong; nullopt
// where that leaves nothing to go on with (a syntax error, a limit). Duplicate keys are reported
// and the first one kept.
std::optional<YamlNode> ParseYaml(const std::string& text, int origin, Mistakes& mistakes);

// 'text' for a message: shortened, control characters escaped.
std::string Quoted(const std::string& text);

}  // namespace prelabel
