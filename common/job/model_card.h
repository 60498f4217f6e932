// The card of a model bundle (model.yaml): what the weights expect and what their outputs mean.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

struct ModelInput {
  int width = 0;  // 0 where the module takes pictures of any size (resize "none")
  int height = 0;
  std::string resize;           // "stretch", "letterbox" or "none"
  std::string channels;         // "bgr" or "rgb"
  std::array<float, 3> mean{};  // in `channels` order, on the 0 … 255 scale
  std::array<float, 3> std{};
  int pad = 114;  // letterbox: what surrounds the picture, in every channel, 0 … 255
};

struct ModelCard {
  std::string name;
  std::string task;  // "detect"; "segment": with a mask for each box; "semantic": a mask a class;
                     // "classify"
  std::string backend;            // "torchscript" or "onnx"
  std::filesystem::path weights;  // absolute
  std::string sha256;             // of the weights, lower-case hex
  std::string license;
  std::string source;
  ModelInput input;
  std::string layout;  // "dense", "torchvision", "yolo", "semantic" or "classify"
  bool feature_map = false;
  std::string masks;  // torchvision, task segment: "pasted" or "raw"
  // Of the semantic layout; both empty with others.
  std::string background;  // "first" or "last" channel; empty: none
  std::string scores;      // "probabilities" or "logits"
  // Libraries of operators to load before the module: absolute paths, or names without a slash
  // that the dynamic linker finds.
  std::vector<std::string> custom_ops;
  std::vector<std::string> classes;
  std::vector<int> category_ids;  // parallel to classes, from 1; default 1, 2, …
};

// What of the card stored results depend on besides weights, in a line of text: input and output.
// Equal ones and no others give equal text.
std::string DescribePreprocessing(const ModelCard& card);

// Reads and checks a card. InvalidArgument with file:line:column of every mistake, a line each.
Result<ModelCard> LoadModelCard(const std::filesystem::path& path);

// The same from the text of a card; `path` is for messages, and `folder`, absolute, is what the
// weights' path is relative to.
Result<ModelCard> ParseModelCard(const std::string& text, const std::filesystem::path& path,
                                 const std::filesystem::path& folder);

}  // namespace prelabel
