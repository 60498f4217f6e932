#include "coordinator/launch/pod_template.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/job/yaml_document.h"

namespace prelabel {
namespace {

namespace json = boost::json;

bool IsOneOf(const std::string& text, std::initializer_list<const char*> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// A whole number: decimal, 0x1F, or octal as 017 and 0o17 (file modes).
std::optional<std::int64_t> WholeNumber(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0o")) {
    base = text[1] == 'x' ? 16 : 8;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value, base);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

// As kubectl reads them, which is YAML 1.1; without infinity and NaN, which JSON does not have.
json::value ScalarOf(const YamlNode& node) {
  const std::string& text = node.text;
  if (!node.plain) return json::value(text);
  if (IsOneOf(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) return true;
  if (IsOneOf(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})) {
    return false;
  }
  if (const auto whole = WholeNumber(text)) return *whole;
  const char* const end = text.data() + text.size();
  double real = 0;
  const bool digits = text.find_first_of("0123456789") != std::string::npos;
  if (const auto [stop, error] = std::from_chars(text.data(), end, real);
      digits && error == std::errc() && stop == end) {
    return real;
  }
  return json::value(text);
}

json::value JsonOf(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return nullptr;
    case YamlNode::Kind::kScalar:
      return ScalarOf(node);
    case YamlNode::Kind::kSequence: {
      json::array array;
      for (const YamlNode& item : node.items) array.push_back(JsonOf(item));
      return array;
    }
    case YamlNode::Kind::kMap:
      break;
  }
  json::object object;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    object[node.keys[i].text] = JsonOf(node.items[i]);
  }
  return object;
}

// The user's mistakes that would be silent ones: kubectl and the cluster find the others.
void CheckTemplate(YamlNode& root, Mistakes& mistakes) {
  const auto text_of = [](YamlNode* node) { return node == nullptr ? std::string() : node->text; };
  if (root.kind != YamlNode::Kind::kMap || text_of(root.Find("kind")) != "Pod") {
    mistakes.Add(root.at, "this is no Pod: it begins with apiVersion: v1 and kind: Pod");
    return;
  }
  if (YamlNode* metadata = root.Find("metadata")) {
    for (const char* key : {"name", "generateName", "namespace"}) {
      YamlNode* node = metadata->kind == YamlNode::Kind::kMap ? metadata->Find(key) : nullptr;
      if (node == nullptr) continue;
      mistakes.Add(node->at, std::string("remove '") + key + "': pods get names of the run" +
                                 "; cluster.kubernetes.namespace says where they are");
    }
  }
  YamlNode* spec = root.Find("spec");
  YamlNode* containers =
      spec != nullptr && spec->kind == YamlNode::Kind::kMap ? spec->Find("containers") : nullptr;
  if (containers == nullptr || containers->items.empty()) return;
  const bool named =
      std::any_of(containers->items.begin(), containers->items.end(), [&](YamlNode& container) {
        return container.kind == YamlNode::Kind::kMap &&
               text_of(container.Find("name")) == kWorkerContainer;
      });
  if (!named) {
    mistakes.Add(containers->at, "no container is named 'worker': name the worker's so");
  }
}

}  // namespace

Result<std::string> ReadPodTemplate(const std::string& text, const std::string& file) {
  Mistakes mistakes(file);
  std::optional<YamlNode> root = ParseYaml(text, 0, mistakes);
  if (root) CheckTemplate(*root, mistakes);
  if (!mistakes.empty()) return InvalidArgument(mistakes.ToString());
  return json::serialize(JsonOf(*root));
}

}  // namespace prelabel
