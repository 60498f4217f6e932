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
  int width = 0;
  int height = 0;
  std::string resize;           // "stretch"
  std::string channels;         // "bgr" or "rgb"
  std::array<float, 3> mean{};  // in `channels` order, on the 0 … 255 scale
  std::array<float, 3> std{};
};

// All of it in a line of text: equal inputs and no others give equal text.
std::string DescribeInput(const ModelInput& input);

struct ModelCard {
  std::string name;
  std::string task;               // "detect"
  std::string backend;            // "torchscript"
  std::filesystem::path weights;  // absolute
  std::string sha256;             // of the weights, lower-case hex
  std::string license;
  std::string source;
  ModelInput input;
  std::string layout;  // "dense"
  bool feature_map = false;
  std::vector<std::string> classes;
  std::vector<int> category_ids;  // parallel to classes, from 1; default 1, 2, …
};

// Reads and checks a card. InvalidArgument with file:line:column of every mistake, a line each.
Result<ModelCard> LoadModelCard(const std::filesystem::path& path);

// The same from the text of a card; `path` is for messages, and `folder`, absolute, is what the
// weights' path is relative to.
Result<ModelCard> ParseModelCard(const std::string& text, const std::filesystem::path& path,
                                 const std::filesystem::path& folder);

}  // namespace prelabel
