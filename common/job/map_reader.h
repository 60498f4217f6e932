// Takes the values out of one YAML map, key by key, checks them, and reports every mistake: wrong
// types, values out of range, missing and unknown keys (with the nearest known one).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/job/yaml_document.h"

namespace prelabel {

// Each reads one value; nullopt where that is wrong, which is then in `mistakes`. `name` is the
// full key ("cluster.workers") for messages.
std::optional<std::string> ReadText(const YamlNode& node, const std::string& name,
                                    Mistakes& mistakes);
std::optional<std::int64_t> ReadInteger(const YamlNode& node, const std::string& name,
                                        std::int64_t min, std::int64_t max, Mistakes& mistakes);
std::optional<float> ReadNumber(const YamlNode& node, const std::string& name, Mistakes& mistakes);
// One of `choices`.
std::optional<std::string> ReadChoice(const YamlNode& node, const std::string& name,
                                      const std::vector<std::string>& choices, Mistakes& mistakes);

// "a list", "a map", "empty" or the quoted text.
std::string Describe(const YamlNode& node);

class MapReader {
 public:
  // Of a node that should be a map; an empty one counts as a map without keys. `name` is its full
  // key, "" for the document. All arguments but `name` must outlive the reader.
  MapReader(const YamlNode& node, std::string name, Mistakes& mistakes);

  std::string FullName(const std::string& key) const;

  // The value of a key, or nullptr where it is absent.
  const YamlNode* Find(const std::string& key);
  // The same; absence is a mistake. `example` completes "add e.g. 'key: …'".
  const YamlNode* Require(const std::string& key, const std::string& example);
  // A map below this one, without keys where it is absent.
  MapReader Child(const std::string& key);

  // Each stores the value where the key is present and right, and otherwise leaves `out` alone.
  void Text(const std::string& key, std::string* out);
  void RequireText(const std::string& key, const std::string& example, std::string* out);
  template <class Int>
  void Integer(const std::string& key, std::int64_t min, std::int64_t max, Int* out) {
    if (const YamlNode* node = Find(key)) {
      if (auto value = ReadInteger(*node, FullName(key), min, max, *mistakes_)) {
        *out = static_cast<Int>(*value);
      }
    }
  }
  bool Fraction(const std::string& key, float* out);          // in [0, 1]; false where wrong
  void PositiveFraction(const std::string& key, float* out);  // in (0, 1]
  void OpenFraction(const std::string& key, float* out);      // in (0, 1)
  void PositiveNumber(const std::string& key, float max, float* out);  // in (0, max]
  void Flag(const std::string& key, bool* out);                        // true or false
  void Duration(const std::string& key, std::chrono::milliseconds min,
                std::chrono::milliseconds max, std::chrono::milliseconds* out);
  // 1 to max texts, no two the same.
  void UniqueTexts(const std::string& key, std::vector<std::string>* out);

  // Reports the keys that nobody asked for. Call it last.
  void Finish();

 private:
  MapReader(const YamlNode& node, const YamlPosition& at, std::string name, Mistakes& mistakes);

  const YamlNode* node_;
  YamlPosition at_;
  std::string name_;
  Mistakes* mistakes_;
  bool usable_;  // it is a map, so that a missing key is worth a message
  std::vector<std::string> known_;
};

// "500ms", "2s", "10m", "1h"; FormatDuration uses the largest unit that is exact.
std::optional<std::chrono::milliseconds> ParseDuration(const std::string& text);
std::string FormatDuration(std::chrono::milliseconds duration);

}  // namespace prelabel
