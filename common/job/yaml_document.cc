#include "common/job/yaml_document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <map>
#include <sstream>
#include <tuple>
#include <utility>

namespace prelabel {
namespace {

constexpr std::size_t kMaxNodes = 200000;
constexpr std::size_t kMaxDepth = 32;
constexpr int kMaxAliases = 100;

// Thrown through yaml-cpp's parser to stop it, and caught in ParseYaml.
struct StopParsing {
  YamlPosition at;
  std::string what;
};

// Builds the tree from yaml-cpp's events. Its own Node is not used: that has no bound on aliases
// and looks up keys in quadratic time.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(int origin, Mistakes& mistakes) : origin_(origin), mistakes_(mistakes) {}

  YamlNode TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      throw StopParsing{At(mark), "a second YAML document begins here; keep only one"};
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Place(Make(YamlNode::Kind::kNull, mark), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (++aliases_ > kMaxAliases) {
      throw StopParsing{At(mark), fmt::format("more than {} YAML aliases", kMaxAliases)};
    }
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw StopParsing{At(mark), "a YAML alias inside the value it stands for"};
    }
    CountNodes(found->second, mark, open_.size());
    Place(found->second, 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckTag(mark, tag);
    YamlNode node = Make(YamlNode::Kind::kScalar, mark);
    node.text = value;
    node.plain = tag != "!";
    Place(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    CheckTag(mark, tag);
    Open(Make(YamlNode::Kind::kSequence, mark), anchor);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    CheckTag(mark, tag);
    Open(Make(YamlNode::Kind::kMap, mark), anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct OpenNode {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::optional<YamlNode> key;      // kMap: read, its value not yet
    std::map<std::string, int> seen;  // kMap: the line of each key
  };

  YamlPosition At(const YAML::Mark& mark) const {
    return {origin_, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
  }

  YamlNode Make(YamlNode::Kind kind, const YAML::Mark& mark) {
    CountNode(mark);
    YamlNode node;
    node.kind = kind;
    node.at = At(mark);
    return node;
  }

  void CountNode(const YAML::Mark& mark) {
    if (++nodes_ > kMaxNodes) {
      throw StopParsing{At(mark), fmt::format("more than {} YAML values", kMaxNodes)};
    }
  }

  void CheckDepth(const YAML::Mark& mark, std::size_t depth) {
    if (depth > kMaxDepth) {
      throw StopParsing{At(mark), fmt::format("nested more than {} levels deep", kMaxDepth)};
    }
  }

  void CountNodes(const YamlNode& node, const YAML::Mark& mark, std::size_t depth) {
    CountNode(mark);
    CheckDepth(mark, depth);
    for (const YamlNode& key : node.keys) CountNodes(key, mark, depth + 1);
    for (const YamlNode& item : node.items) CountNodes(item, mark, depth + 1);
  }

  void CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      mistakes_.Add(At(mark), fmt::format("YAML tag {} is not supported; remove it", Quoted(tag)));
    }
  }

  void Open(YamlNode node, YAML::anchor_t anchor) {
    const YAML::Mark mark = MarkOf(node);
    CheckDepth(mark, open_.size() + 1);
    open_.push_back({std::move(node), anchor, std::nullopt, {}});
  }

  void Close() {
    OpenNode done = std::move(open_.back());
    open_.pop_back();
    Place(std::move(done.node), done.anchor);
  }

  static YAML::Mark MarkOf(const YamlNode& node) {
    YAML::Mark mark;
    mark.line = node.at.line - 1;
    mark.column = node.at.column - 1;
    return mark;
  }

  // Puts a finished node where it belongs: the root, the next item, a key or a key's value.
  void Place(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      CountNodes(node, MarkOf(node), open_.size());  // the copy counts, too
      anchors_[anchor] = node;
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    OpenNode& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kSequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key.has_value()) {
      parent.key = std::move(node);
    } else {
      if (node.kind == YamlNode::Kind::kNull) node.at = parent.key->at;
      AddEntry(parent, std::move(*parent.key), std::move(node));
      parent.key.reset();
    }
  }

  void AddEntry(OpenNode& parent, YamlNode key, YamlNode value) {
    if (key.kind != YamlNode::Kind::kScalar) {
      mistakes_.Add(key.at, "a key must be text; put it in quotes");
      return;
    }
    const auto [first, is_new] = parent.seen.emplace(key.text, key.at.line);
    if (!is_new) {
      mistakes_.Add(key.at, fmt::format("key {} appears twice (first on line {}); remove one",
                                        Quoted(key.text), first->second));
      return;
    }
    parent.node.keys.push_back(std::move(key));
    parent.node.items.push_back(std::move(value));
  }

  int origin_;
  Mistakes& mistakes_;
  YamlNode root_;
  std::vector<OpenNode> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t nodes_ = 0;
  int aliases_ = 0;
  int documents_ = 0;
};

}  // namespace

YamlNode* YamlNode::Find(const std::string& key) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].text == key) return &items[i];
  }
  return nullptr;
}

int Mistakes::AddOrigin(std::string label) {
  origins_.push_back(std::move(label));
  return static_cast<int>(origins_.size()) - 1;
}

void Mistakes::Add(const YamlPosition& at, std::string what) {
  found_.push_back({at, std::move(what)});
}

std::string Mistakes::ToString() const {
  std::vector<Mistake> sorted = found_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Mistake& a, const Mistake& b) {
    return std::tie(a.at.origin, a.at.line, a.at.column) <
           std::tie(b.at.origin, b.at.line, b.at.column);
  });
  std::string text;
  for (std::size_t i = 0; i < sorted.size() && i < kMaxMistakes; ++i) {
    const Mistake& mistake = sorted[i];
    if (i > 0) text += '\n';
    text += origins_[static_cast<std::size_t>(mistake.at.origin)];
    if (mistake.at.origin == 0) text += fmt::format(":{}:{}", mistake.at.line, mistake.at.column);
    text += ": " + mistake.what;
  }
  if (sorted.size() > kMaxMistakes) {
    text += fmt::format("\n… and {} more", sorted.size() - kMaxMistakes);
  }
  return text;
}

Result<std::string> ReadYamlFile(const std::filesystem::path& path, const std::string& what) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return InvalidArgument(fmt::format("{} is a folder, not a {}", path.string(), what));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (!std::filesystem::exists(path, ignored)) {
      return InvalidArgument(fmt::format("{} not found: {}", what, path.string()));
    }
    return InvalidArgument(
        fmt::format("{} cannot be opened: {}; check its permissions", what, path.string()));
  }
  std::string text(kMaxYamlBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return InvalidArgument(fmt::format("{} cannot be read: {}", what, path.string()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

std::optional<YamlNode> ParseYaml(const std::string& text, int origin, Mistakes& mistakes) {
  const YamlPosition start{origin, 1, 1};
  if (text.size() > kMaxYamlBytes) {
    mistakes.Add(start, "longer than 1 MiB; put long lists of images in a folder or a glob");
    return std::nullopt;
  }
  if (text.find('\0') != std::string::npos) {
    mistakes.Add(start, "not a text file (it has a zero byte); save it as UTF-8");
    return std::nullopt;
  }
  TreeBuilder builder(origin, mistakes);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.TakeRoot();
  } catch (const StopParsing& stop) {
    mistakes.Add(stop.at, stop.what);
  } catch (const YAML::Exception& error) {
    const YamlPosition at{origin, std::max(error.mark.line, 0) + 1,
                          std::max(error.mark.column, 0) + 1};
    mistakes.Add(at, "not valid YAML: " + error.msg);
  } catch (const std::exception& error) {
    mistakes.Add(start, fmt::format("cannot be read as YAML: {}", error.what()));
  }
  return std::nullopt;
}

std::string Quoted(const std::string& text) {
  constexpr std::size_t longest = 60;
  std::string shown = "'";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // Cut between characters: 10xxxxxx continues one in UTF-8.
    if (i >= longest && (byte & 0xC0U) != 0x80U) {
      shown += "…";
      break;
    }
    if (byte < 0x20 || byte == 0x7F) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += text[i];
    }
  }
  return shown + "'";
}

}  // namespace prelabel
