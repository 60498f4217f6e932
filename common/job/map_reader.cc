#include "common/job/map_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "common/base/nearest_name.h"

namespace prelabel {
namespace {

using std::chrono::milliseconds;

struct DurationUnit {
  const char* suffix;
  std::int64_t milliseconds;
};
constexpr DurationUnit kUnits[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

// Says "did you mean 'x'?" or lists what there is.
std::string Suggest(const std::string& text, const std::vector<std::string>& known,
                    const std::string& list_intro) {
  if (const auto nearest = NearestName(text, known)) {
    return fmt::format("did you mean '{}'?", *nearest);
  }
  return fmt::format("{} {}", list_intro, fmt::join(known, ", "));
}

void AddWrong(const YamlNode& node, const std::string& name, const std::string& expected,
              Mistakes& mistakes) {
  if (node.broken) return;
  if (node.kind == YamlNode::Kind::kNull) {
    mistakes.Add(node.at, fmt::format("'{}' has no value; it must be {}", name, expected));
    return;
  }
  mistakes.Add(node.at, fmt::format("'{}' must be {}, not {}", name, expected, Describe(node)));
}

bool IsScalar(const YamlNode& node) { return node.kind == YamlNode::Kind::kScalar && !node.broken; }

std::optional<float> ParseFloat(const std::string& text) {
  float value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// What Child reads where the key is absent.
const YamlNode& NoKeys() {
  static const YamlNode node;
  return node;
}

}  // namespace

std::string Describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "empty";
    case YamlNode::Kind::kSequence:
      return node.items.empty() ? "an empty list" : "a list";
    case YamlNode::Kind::kMap:
      return "a map";
    case YamlNode::Kind::kScalar:
      break;
  }
  return Quoted(node.text);
}

std::optional<std::string> ReadText(const YamlNode& node, const std::string& name,
                                    Mistakes& mistakes) {
  if (!IsScalar(node) || node.text.empty()) {
    AddWrong(node, name, "text", mistakes);
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::int64_t> ReadInteger(const YamlNode& node, const std::string& name,
                                        std::int64_t min, std::int64_t max, Mistakes& mistakes) {
  if (IsScalar(node)) {
    std::int64_t value = 0;
    const char* end = node.text.data() + node.text.size();
    const auto [stop, error] = std::from_chars(node.text.data(), end, value);
    if (error == std::errc() && stop == end && value >= min && value <= max) return value;
  }
  AddWrong(node, name, fmt::format("a whole number from {} to {}", min, max), mistakes);
  return std::nullopt;
}

std::optional<float> ReadNumber(const YamlNode& node, const std::string& name, Mistakes& mistakes) {
  if (IsScalar(node)) {
    const auto value = ParseFloat(node.text);
    if (value && *value - *value == 0) return value;  // neither infinite nor NaN
  }
  AddWrong(node, name, "a number", mistakes);
  return std::nullopt;
}

std::optional<std::string> ReadChoice(const YamlNode& node, const std::string& name,
                                      const std::vector<std::string>& choices, Mistakes& mistakes) {
  if (!IsScalar(node)) {
    AddWrong(node, name, fmt::format("one of {}", fmt::join(choices, ", ")), mistakes);
    return std::nullopt;
  }
  for (const std::string& choice : choices) {
    if (node.text == choice) return choice;
  }
  mistakes.Add(node.at, fmt::format("'{}' cannot be {}; {}", name, Quoted(node.text),
                                    Suggest(node.text, choices, "use one of")));
  return std::nullopt;
}

MapReader::MapReader(const YamlNode& node, std::string name, Mistakes& mistakes)
    : MapReader(node, node.at, std::move(name), mistakes) {}

MapReader::MapReader(const YamlNode& node, const YamlPosition& at, std::string name,
                     Mistakes& mistakes)
    : node_(&node), at_(at), name_(std::move(name)), mistakes_(&mistakes) {
  usable_ = node.kind == YamlNode::Kind::kMap || node.kind == YamlNode::Kind::kNull;
  if (usable_ || node.broken) return;
  if (name_.empty()) {
    mistakes.Add(node.at, fmt::format("the file must be a map of 'key: value' lines, not {}",
                                      Describe(node)));
  } else {
    AddWrong(node, name_, "a map of 'key: value' lines", mistakes);
  }
}

std::string MapReader::FullName(const std::string& key) const {
  return name_.empty() ? key : name_ + "." + key;
}

const YamlNode* MapReader::Find(const std::string& key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  for (std::size_t i = 0; i < node_->keys.size(); ++i) {
    if (node_->keys[i].text == key) return &node_->items[i];
  }
  return nullptr;
}

const YamlNode* MapReader::Require(const std::string& key, const std::string& example) {
  const YamlNode* node = Find(key);
  if (node == nullptr && usable_) {
    const std::string line = fmt::format("{}: {}", key, example);
    mistakes_->Add(at_, fmt::format("missing key '{}'; add e.g. '{}'", FullName(key),
                                    name_.empty() ? line : fmt::format("{}: {{{}}}", name_, line)));
  }
  return node;
}

MapReader MapReader::Child(const std::string& key) {
  const YamlNode* node = Find(key);
  if (node != nullptr) return MapReader(*node, FullName(key), *mistakes_);
  MapReader child(NoKeys(), at_, FullName(key), *mistakes_);
  child.usable_ = usable_;
  return child;
}

void MapReader::Text(const std::string& key, std::string* out) {
  if (const YamlNode* node = Find(key)) {
    if (auto value = ReadText(*node, FullName(key), *mistakes_)) *out = std::move(*value);
  }
}

void MapReader::RequireText(const std::string& key, const std::string& example, std::string* out) {
  if (const YamlNode* node = Require(key, example)) {
    if (auto value = ReadText(*node, FullName(key), *mistakes_)) *out = std::move(*value);
  }
}

bool MapReader::Fraction(const std::string& key, float* out) {
  const YamlNode* node = Find(key);
  if (node == nullptr) return true;
  if (IsScalar(*node)) {
    const auto value = ParseFloat(node->text);
    if (value && *value >= 0 && *value <= 1) {
      *out = *value;
      return true;
    }
  }
  AddWrong(*node, FullName(key), "a number from 0 to 1", *mistakes_);
  return false;
}

void MapReader::PositiveFraction(const std::string& key, float* out) {
  const YamlNode* node = Find(key);
  if (node == nullptr) return;
  if (IsScalar(*node)) {
    const auto value = ParseFloat(node->text);
    if (value && *value > 0 && *value <= 1) {
      *out = *value;
      return;
    }
  }
  AddWrong(*node, FullName(key), "a number over 0 and at most 1", *mistakes_);
}

void MapReader::OpenFraction(const std::string& key, float* out) {
  const YamlNode* node = Find(key);
  if (node == nullptr) return;
  if (IsScalar(*node)) {
    const auto value = ParseFloat(node->text);
    if (value && *value > 0 && *value < 1) {
      *out = *value;
      return;
    }
  }
  AddWrong(*node, FullName(key), "a number between 0 and 1", *mistakes_);
}

void MapReader::PositiveNumber(const std::string& key, float max, float* out) {
  const YamlNode* node = Find(key);
  if (node == nullptr) return;
  if (IsScalar(*node)) {
    const auto value = ParseFloat(node->text);
    if (value && *value > 0 && *value <= max) {
      *out = *value;
      return;
    }
  }
  AddWrong(*node, FullName(key), fmt::format("a number over 0 and at most {}", max), *mistakes_);
}

void MapReader::Flag(const std::string& key, bool* out) {
  const YamlNode* node = Find(key);
  if (node == nullptr) return;
  if (IsScalar(*node) && (node->text == "true" || node->text == "false")) {
    *out = node->text == "true";
    return;
  }
  AddWrong(*node, FullName(key), "true or false", *mistakes_);
}

void MapReader::Duration(const std::string& key, milliseconds min, milliseconds max,
                         milliseconds* out) {
  const YamlNode* node = Find(key);
  if (node == nullptr) return;
  if (IsScalar(*node)) {
    const auto value = ParseDuration(node->text);
    if (value && *value >= min && *value <= max) {
      *out = *value;
      return;
    }
  }
  AddWrong(*node, FullName(key),
           fmt::format("a duration from {} to {} (500ms, 2s, 10m, 1h)", FormatDuration(min),
                       FormatDuration(max)),
           *mistakes_);
}

void MapReader::UniqueTexts(const std::string& key, std::vector<std::string>* out) {
  const YamlNode* node = Find(key);
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::kSequence || node->items.empty()) {
    AddWrong(*node, FullName(key), "a list of one or more", *mistakes_);
    return;
  }
  out->clear();
  std::set<std::string> seen;
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const YamlNode& item = node->items[i];
    auto text = ReadText(item, fmt::format("{}[{}]", FullName(key), i), *mistakes_);
    if (!text) continue;
    if (!seen.insert(*text).second) {
      mistakes_->Add(item.at,
                     fmt::format("{} appears twice in '{}'", Quoted(*text), FullName(key)));
    }
    out->push_back(std::move(*text));
  }
}

void MapReader::Finish() {
  std::size_t unknown = 0;
  for (const YamlNode& key : node_->keys) {
    if (std::find(known_.begin(), known_.end(), key.text) != known_.end()) continue;
    // Looking for near names takes time, and later ones are not shown.
    if (++unknown > kMaxMistakes) {
      mistakes_->Add(key.at, "unknown key");
      continue;
    }
    mistakes_->Add(key.at, fmt::format("unknown key {}{}; {}", Quoted(key.text),
                                       name_.empty() ? "" : " in '" + name_ + "'",
                                       Suggest(key.text, known_, "known keys are")));
  }
}

std::optional<milliseconds> ParseDuration(const std::string& text) {
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  // A year of milliseconds is far beyond every range and far from overflow.
  if (error != std::errc() || count < 0 || count > 31536000000) return std::nullopt;
  for (const DurationUnit& unit : kUnits) {
    if (std::string(stop, end) == unit.suffix) return milliseconds(count * unit.milliseconds);
  }
  return std::nullopt;
}

std::string FormatDuration(milliseconds duration) {
  for (const DurationUnit& unit : kUnits) {
    if (duration.count() != 0 && duration.count() % unit.milliseconds == 0) {
      return fmt::format("{}{}", duration.count() / unit.milliseconds, unit.suffix);
    }
  }
  return fmt::format("{}ms", duration.count());
}

}  // namespace prelabel
