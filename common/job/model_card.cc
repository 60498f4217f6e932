#include "common/job/model_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "common/job/map_reader.h"
#include "common/job/path_reader.h"
#include "common/job/yaml_document.h"

namespace prelabel {
namespace {

constexpr std::int64_t kLargestSide = 16384;
constexpr std::size_t kMaxClasses = 65535;  // Prediction::class_id has 16 bits

void RequireChoice(MapReader& reader, const std::string& key,
                   const std::vector<std::string>& choices, Mistakes& mistakes, std::string* out) {
  if (const YamlNode* node = reader.Require(key, choices.front())) {
    if (auto text = ReadChoice(*node, reader.FullName(key), choices, mistakes)) {
      *out = std::move(*text);
    }
  }
}

// One number a channel.
void RequireThree(MapReader& reader, const std::string& key, const std::string& example,
                  bool positive, Mistakes& mistakes, std::array<float, 3>* out) {
  const YamlNode* node = reader.Require(key, example);
  if (node == nullptr) return;
  const std::string name = reader.FullName(key);
  if (node->kind != YamlNode::Kind::kSequence || node->items.size() != out->size()) {
    mistakes.Add(node->at, fmt::format("'{}' must be a list of 3 numbers, one a channel", name));
    return;
  }
  for (std::size_t i = 0; i < out->size(); ++i) {
    const auto value = ReadNumber(node->items[i], fmt::format("{}[{}]", name, i), mistakes);
    if (!value) continue;
    (*out)[i] = *value;
    if (positive && *value <= 0) {
      mistakes.Add(node->items[i].at, fmt::format("'{}[{}]' must be over 0", name, i));
    }
  }
}

void DecodeInput(MapReader reader, Mistakes& mistakes, ModelInput* input) {
  const YamlNode* resize = reader.Find("resize");
  const bool any_size =
      resize != nullptr && resize->kind == YamlNode::Kind::kScalar && resize->text == "none";
  for (const char* side : {"width", "height"}) {
    if (!any_size) {
      reader.Require(side, "416");
    } else if (const YamlNode* node = reader.Find(side)) {
      mistakes.Add(node->at,
                   fmt::format("with 'resize: none' the module takes pictures as they are: "
                               "take '{}' out",
                               reader.FullName(side)));
    }
  }
  if (!any_size) {
    reader.Integer("width", 1, kLargestSide, &input->width);
    reader.Integer("height", 1, kLargestSide, &input->height);
  }
  RequireChoice(reader, "resize", {"stretch", "letterbox", "none"}, mistakes, &input->resize);
  if (const YamlNode* pad = reader.Find("pad")) {
    reader.Integer("pad", 0, 255, &input->pad);
    if (input->resize != "letterbox") {
      mistakes.Add(pad->at, fmt::format("'{}' is for 'resize: letterbox'", reader.FullName("pad")));
    }
  }
  RequireChoice(reader, "channels", {"bgr", "rgb"}, mistakes, &input->channels);
  RequireThree(reader, "mean", "[0, 0, 0]", false, mistakes, &input->mean);
  RequireThree(reader, "std", "[255, 255, 255]", true, mistakes, &input->std);
  reader.Finish();
}

void DecodeSha256(MapReader& reader, Mistakes& mistakes, std::string* out) {
  reader.RequireText("sha256", "the output of sha256sum", out);
  if (out->empty()) return;
  for (char& c : *out) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  if (out->size() != 64 || out->find_first_not_of("0123456789abcdef") != std::string::npos) {
    mistakes.Add(reader.Find("sha256")->at,
                 fmt::format("'sha256' must be 64 hexadecimal digits, not {}", Quoted(*out)));
  }
}

void DecodeClasses(MapReader& reader, Mistakes& mistakes, ModelCard* card) {
  const YamlNode* classes = reader.Require("classes", "[person, car]");
  if (classes == nullptr) return;
  reader.UniqueTexts("classes", &card->classes);
  if (classes->items.size() > kMaxClasses) {
    mistakes.Add(classes->at, fmt::format("'classes' has more than {} names", kMaxClasses));
  }
  const YamlNode* ids = reader.Find("category_ids");
  if (ids == nullptr) {
    for (std::size_t i = 0; i < card->classes.size(); ++i) {
      card->category_ids.push_back(static_cast<int>(i) + 1);
    }
    return;
  }
  if (ids->kind != YamlNode::Kind::kSequence || ids->items.size() != classes->items.size()) {
    mistakes.Add(ids->at, fmt::format("'category_ids' must be a list of {} numbers, one a class",
                                      classes->items.size()));
    return;
  }
  std::set<std::int64_t> seen;
  for (std::size_t i = 0; i < ids->items.size(); ++i) {
    const YamlNode& node = ids->items[i];
    const auto id = ReadInteger(node, fmt::format("category_ids[{}]", i), 1, 2147483647, mistakes);
    if (!id) continue;
    if (!seen.insert(*id).second) {
      mistakes.Add(node.at, fmt::format("'category_ids' has {} twice", *id));
    }
    card->category_ids.push_back(static_cast<int>(*id));
  }
}

// One of `choices`, where the layout is one of `layouts`, as `of` calls them.
void DecodeChoiceOf(MapReader& reader, const std::string& key,
                    const std::vector<std::string>& choices, bool of_layout, const char* of,
                    Mistakes& mistakes, std::string* out) {
  const YamlNode* node = reader.Find(key);
  if (node == nullptr) return;
  auto text = ReadChoice(*node, reader.FullName(key), choices, mistakes);
  if (of_layout) {
    if (text) *out = std::move(*text);
  } else {
    mistakes.Add(node->at, fmt::format("'{}' is for {}", reader.FullName(key), of));
  }
}

void DecodeScores(MapReader& reader, Mistakes& mistakes, ModelCard* card) {
  const bool semantic = card->layout == "semantic";
  const bool has_scores = semantic || card->layout == "classify";
  if (has_scores) card->scores = "probabilities";
  DecodeChoiceOf(reader, "scores", {"probabilities", "logits"}, has_scores,
                 "the layouts semantic and classify", mistakes, &card->scores);
  DecodeChoiceOf(reader, "background", {"first", "last"}, semantic, "the semantic layout", mistakes,
                 &card->background);
}

void DecodeOutput(MapReader reader, Mistakes& mistakes, ModelCard* card) {
  RequireChoice(reader, "layout", {"dense", "torchvision", "yolo", "semantic", "classify"},
                mistakes, &card->layout);
  reader.Flag("feature_map", &card->feature_map);
  if (const YamlNode* map = reader.Find("feature_map");
      card->feature_map && card->layout != "dense") {
    mistakes.Add(map->at,
                 fmt::format("'{}' is for the dense layout", reader.FullName("feature_map")));
  }
  const YamlNode* masks = reader.Find("masks");
  if (masks != nullptr) {
    if (auto text = ReadChoice(*masks, reader.FullName("masks"), {"pasted", "raw"}, mistakes)) {
      card->masks = std::move(*text);
    }
  }
  const bool has_masks = card->layout == "torchvision" && card->task == "segment";
  if (masks != nullptr && !has_masks) {
    mistakes.Add(masks->at, fmt::format("'{}' is for 'task: segment' with the torchvision layout",
                                        reader.FullName("masks")));
  }
  if (masks == nullptr && has_masks) card->masks = "pasted";
  DecodeScores(reader, mistakes, card);
  reader.Finish();
}

// What the keys say together.
void CheckTogether(const ModelCard& card, MapReader& reader, Mistakes& mistakes) {
  const bool torchvision = card.layout == "torchvision";
  if (card.task == "segment" && (card.layout == "dense" || card.layout == "yolo")) {
    mistakes.Add(reader.Find("task")->at,
                 fmt::format("'task: segment' needs the torchvision layout: {} gives no masks",
                             Quoted(card.layout)));
  }
  for (const char* alone : {"semantic", "classify"}) {
    if (card.task.empty() || card.layout.empty()) break;
    if ((card.task == alone) == (card.layout == alone)) continue;
    mistakes.Add(
        reader.Find("task")->at,
        fmt::format("'task: {0}' and the {0} layout go together, and with nothing else", alone));
    break;
  }
  if (card.layout.empty() || card.input.resize.empty()) return;
  if (torchvision != (card.input.resize == "none")) {
    mistakes.Add(reader.Find("input")->at,
                 torchvision ? "the torchvision layout needs 'input.resize: none': its modules "
                               "resize themselves"
                             : "'input.resize: none' is for the torchvision layout");
  }
}

// What OpenCV runs of the layouts.
void CheckBackend(const ModelCard& card, MapReader& reader, Mistakes& mistakes) {
  if (card.backend != "onnx") return;
  if (card.layout == "torchvision") {
    mistakes.Add(
        reader.Find("output")->at,
        "the torchvision layout is for 'backend: torchscript': with onnx it is dense, yolo, "
        "semantic or classify, without NMS in the model");
  }
  if (const YamlNode* ops = reader.Find("custom_ops")) {
    mistakes.Add(ops->at, "'custom_ops' is for 'backend: torchscript'");
  }
}

void DecodeCustomOps(MapReader& reader, const std::filesystem::path& folder,
                     std::vector<std::string>* out) {
  if (reader.Find("custom_ops") == nullptr) return;
  reader.UniqueTexts("custom_ops", out);
  for (std::string& library : *out) {
    if (library.find('/') != std::string::npos) library = ResolvePath(library, folder);
  }
}

}  // namespace

Result<ModelCard> ParseModelCard(const std::string& text, const std::filesystem::path& path,
                                 const std::filesystem::path& folder) {
  Mistakes mistakes(path.string());
  const auto root = ParseYaml(text, 0, mistakes);
  if (!root) return InvalidArgument(mistakes.ToString());

  ModelCard card;
  MapReader reader(*root, "", mistakes);
  reader.RequireText("name", "my-model", &card.name);
  RequireChoice(reader, "task", {"detect", "segment", "semantic", "classify"}, mistakes,
                &card.task);
  RequireChoice(reader, "backend", {"torchscript", "onnx"}, mistakes, &card.backend);
  std::string weights;
  reader.RequireText("weights", "model.pt", &weights);
  card.weights = ResolvePath(weights, folder);
  DecodeSha256(reader, mistakes, &card.sha256);
  reader.Text("license", &card.license);
  reader.Text("source", &card.source);
  DecodeInput(reader.Child("input"), mistakes, &card.input);
  DecodeOutput(reader.Child("output"), mistakes, &card);
  CheckTogether(card, reader, mistakes);
  CheckBackend(card, reader, mistakes);
  DecodeCustomOps(reader, folder, &card.custom_ops);
  DecodeClasses(reader, mistakes, &card);
  reader.Finish();
  if (!mistakes.empty()) return InvalidArgument(mistakes.ToString());
  return card;
}

std::string DescribePreprocessing(const ModelCard& card) {
  const ModelInput& in = card.input;
  std::string text =
      fmt::format("{}x{} {} {} mean {} {} {} std {} {} {}", in.width, in.height, in.resize,
                  in.channels, in.mean[0], in.mean[1], in.mean[2], in.std[0], in.std[1], in.std[2]);
  if (in.resize == "letterbox") text += fmt::format(" pad {}", in.pad);
  // Runs from before there were other layouts go on.
  if (card.layout != "dense") text += ", " + card.layout;
  if (!card.masks.empty()) text += " masks " + card.masks;
  if (!card.scores.empty()) text += " scores " + card.scores;
  if (!card.background.empty()) text += " background " + card.background;
  return text;
}

Result<ModelCard> LoadModelCard(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return InvalidArgument(
        fmt::format("model card not found: {}; set `model:` to a model.yaml (the quick start makes "
                    "one with scripts/models/prepare_nanodet.py)",
                    path.string()));
  }
  PRELABEL_TRY(const std::string text, ReadYamlFile(path, "model card"));
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) {
    return InvalidArgument("the current folder cannot be read: " + error.message(), path.string());
  }
  return ParseModelCard(text, path, absolute.parent_path());
}

}  // namespace prelabel
