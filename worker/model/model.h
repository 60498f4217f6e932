// The model seam. One instance belongs to one thread; replicas come from loading again.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/geometry/rle.h"
#include "common/job/devices.h"
#include "common/job/model_card.h"
#include "common/labels/prediction.h"

namespace prelabel {

struct ComputeClass;  // common/wire/messages.h

// Of an input: batch × 3 × height × width floats.
struct InputShape {
  int batch = 1;
  int height = 0;
  int width = 0;
  friend bool operator==(const InputShape&, const InputShape&) = default;
};

// Of each place of the input the probability of each class: what semantic segmentation gives.
struct ClassScores {
  int channels = 0;  // the classes, and the background where there is one
  int height = 0;    // of the map, which covers the whole input
  int width = 0;
  int background = -1;        // its channel: the first or the last one; -1: none
  std::vector<float> values;  // channels × height × width, row-major, finite

  bool empty() const { return values.empty(); }
  std::size_t plane() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  }
};

// What a model says about one input. Boxes and masks are in pixels of the model's input.
struct ModelOutput {
  // Every (box, class) with score > threshold: by box, then class, where the layout is one score a
  // box and class; in the module's order where the module itself has chosen.
  std::vector<Prediction> candidates;
  // The module has suppressed duplicates itself: the candidates are its detections.
  bool suppressed = false;
  std::vector<Rle> masks;    // one a candidate, of the input's size; empty without masks
  ClassScores semantic;      // empty but with the semantic layout, which has nothing else
  int feature_channels = 0;  // D; 0 without a feature map
  int feature_height = 0;
  int feature_width = 0;
  std::vector<float> features;  // D × h × w, row-major
};

class Model {
 public:
  virtual ~Model() = default;

  // `input`: floats of that shape, row-major, normalised as the card says. The shape is the card's;
  // with `resize: none` it is that of any one picture. One output an input; an output does not
  // depend on its neighbours in the batch.
  // Unavailable: out of device memory (try a smaller batch). Internal: the module failed or its
  // output is not the card's layout.
  virtual Result<std::vector<ModelOutput>> Run(std::span<const float> input,
                                               const InputShape& shape, float threshold) = 0;
};

// Loads a TorchScript bundle onto a device ("cpu", "cuda:N") for one-thread use: the card's
// libraries of operators first, then the module, frozen, optimised for inference and warmed up.
// Under another precision than fp32, convolutions and matrix products compute in it and what needs
// more digits does not (LibTorch's autocast); outputs are floats all the same. Call it on the
// thread that runs the model: thread counts are set there. InvalidArgument: missing file or
// library, wrong sha256, no such device, no module, or its outputs are not what the card says.
Result<std::unique_ptr<Model>> LoadTorchModel(const ModelCard& card, const std::string& device,
                                              Precision precision = Precision::kFp32);

// That LibTorch can use.
int CountCudaDevices();

// Loads an ONNX bundle by OpenCV's dnn module, on the CPU ("cpu"), with one thread for
// all of the process; a batch is run one by one. InvalidArgument: missing file, wrong sha256,
// another device, an operator that OpenCV does not have (it is named), an input or outputs that
// are not what the card says.
Result<std::unique_ptr<Model>> LoadOnnxModel(const ModelCard& card, const std::string& device);

// What runs ONNX bundles, with its version.
std::string DescribeOnnxBackend();

// What runs TorchScript bundles, with its version.
std::string DescribeTorchBackend();

// What results on such a device may depend on besides model and data.
ComputeClass DescribeCompute(const std::string& device, Precision precision);

}  // namespace prelabel
