// A Model without weights: what it says follows from the input's first value alone.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "worker/model/model.h"

namespace prelabel {

// For an input that begins with v, and a threshold under 0.5: one candidate of class 0 with score
// 0.5 + v / 512 and the box (0, 0, 1 + v mod 3, 2), and a feature map [2,1,1] of {v, 0.5}.
class FakeModel : public Model {
 public:
  FakeModel(int width, int height) : input_size_(static_cast<std::size_t>(3) * width * height) {}

  // Inputs that the device has memory for; a larger batch fails as the seam says.
  int room = 1 << 30;
  std::vector<int> batches;  // of all runs, those that failed, too

  // Called at the start of each run, on the lane's thread: may wait, and fails the run by an error.
  std::function<Result<void>(std::span<const float> input)> before_run;

  Result<std::vector<ModelOutput>> Run(std::span<const float> input, const InputShape& shape,
                                       float threshold) override {
    if (input.size() != input_size_ * static_cast<std::size_t>(shape.batch)) {
      return Internal("the fake model got " + std::to_string(input.size()) + " floats");
    }
    batches.push_back(shape.batch);
    if (shape.batch > room) return Unavailable("the device is out of memory");
    if (before_run) {
      PRELABEL_TRY(before_run(input));
    }
    std::vector<ModelOutput> outputs;
    for (int i = 0; i < shape.batch; ++i) {
      const float v = input[input_size_ * static_cast<std::size_t>(i)];
      ModelOutput& output = outputs.emplace_back();
      const float score = 0.5F + v / 512;
      if (score > threshold) {
        const auto wide = static_cast<float>(static_cast<int>(v) % 3);
        output.candidates.push_back({0, score, Box{0, 0, 1 + wide, 2}});
      }
      output.feature_channels = 2;
      output.feature_height = output.feature_width = 1;
      output.features = {v, 0.5F};
    }
    return outputs;
  }

 private:
  std::size_t input_size_;
};

}  // namespace prelabel
