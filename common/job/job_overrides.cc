#include "common/job/job_overrides.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/job/job_decode.h"

namespace prelabel {
namespace {

std::optional<std::string> Lookup(const Environment& environment, const std::string& name) {
  return environment ? environment(name) : std::nullopt;
}

// "cluster.workers" -> "PRELABEL_CLUSTER_WORKERS"
std::string VariableName(const std::string& key) {
  std::string name = "PRELABEL_";
  for (const char c : key) {
    const bool lower = c >= 'a' && c <= 'z';
    name += c == '.' ? '_' : lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::vector<std::string> SplitPath(const std::string& path) {
  std::vector<std::string> parts(1);
  for (const char c : path) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool IsName(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Puts `value` at a path, making the maps on the way.
void SetValue(const std::string& path, YamlNode value, YamlNode* node, Mistakes& mistakes) {
  std::string above;
  for (const std::string& part : SplitPath(path)) {
    if (part.empty()) {
      mistakes.Add(value.at, "expected KEY=VALUE with a key such as cluster.workers");
      return;
    }
    if (node->kind == YamlNode::Kind::kSequence) {
      mistakes.Add(value.at, fmt::format("{} is a list, which is set as a whole: --set '{}=[…]'",
                                         Quoted(above), above));
      return;
    }
    if (node->kind != YamlNode::Kind::kMap) {
      const YamlPosition at = node->at;
      *node = YamlNode{};
      node->kind = YamlNode::Kind::kMap;
      node->at = at;  // where a key that is missing in it would stand
    }
    YamlNode* next = node->Find(part);
    if (next == nullptr) {
      YamlNode key;
      key.kind = YamlNode::Kind::kScalar;
      key.at = value.at;
      key.text = part;
      node->keys.push_back(std::move(key));
      node->items.emplace_back();
      next = &node->items.back();
      next->at = node->at;
    }
    node = next;
    above += (above.empty() ? "" : ".") + part;
  }
  *node = std::move(value);
}

void Override(const std::string& key, const std::string& text, int origin, YamlNode* root,
              Mistakes& mistakes) {
  if (auto value = ParseYaml(text, origin, mistakes)) {
    value->at.origin = origin;
    SetValue(key, std::move(*value), root, mistakes);
  }
}

}  // namespace

void ApplyOverrides(const JobSources& sources, YamlNode* root, Mistakes& mistakes) {
  for (const std::string& key : JobKeys()) {
    const std::string variable = VariableName(key);
    const auto text = Lookup(sources.environment, variable);
    if (!text || text->empty()) continue;
    Override(key, *text, mistakes.AddOrigin(variable), root, mistakes);
  }
  for (const std::string& setting : sources.set) {
    const std::size_t equals = setting.find('=');
    const std::string key = setting.substr(0, equals);
    const int origin = mistakes.AddOrigin("--set " + key);
    if (equals == std::string::npos) {
      mistakes.Add({origin}, "expected KEY=VALUE, such as cluster.workers=4");
      continue;
    }
    Override(key, setting.substr(equals + 1), origin, root, mistakes);
  }
}

void ExpandVariables(const Environment& environment, YamlNode* node, Mistakes& mistakes) {
  for (YamlNode& item : node->items) ExpandVariables(environment, &item, mistakes);
  if (node->kind != YamlNode::Kind::kScalar) return;
  const std::string& text = node->text;
  std::string expanded;
  for (std::size_t i = 0; i < text.size();) {
    if (text.compare(i, 3, "$${") == 0) {
      expanded += "${";
      i += 3;
      continue;
    }
    if (text.compare(i, 2, "${") != 0) {
      expanded += text[i++];
      continue;
    }
    const std::size_t close = text.find('}', i);
    const std::string name =
        close == std::string::npos ? std::string() : text.substr(i + 2, close - i - 2);
    if (!IsName(name)) {
      mistakes.Add(node->at, fmt::format("{} is not ${{NAME}}; write $${{ for a literal ${{",
                                         Quoted(text.substr(i, 40))));
      node->broken = true;
      return;
    }
    const auto value = Lookup(environment, name);
    if (!value) {
      mistakes.Add(node->at,
                   fmt::format("environment variable '{}' is not set; set it, or write $${{{}}} "
                               "for a literal ${{{}}}",
                               name, name, name));
      node->broken = true;
      return;
    }
    expanded += *value;
    i = close + 1;
  }
  node->text = std::move(expanded);
}

}  // namespace prelabel
