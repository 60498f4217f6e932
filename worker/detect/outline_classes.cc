#include "worker/detect/outline_classes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "common/geometry/run_writer.h"

namespace prelabel {
namespace {

// Where on one axis a pixel lies between samples: `weight` of the way from `first` to `second`.
struct Place {
  std::size_t first = 0;
  std::size_t second = 0;
  float weight = 0;
};

// The places of `pixels` pixels of the original, which are [begin, begin + length) of an input of
// `input` pixels, among `samples`.
std::vector<Place> PlacesOf(int pixels, int begin, int length, int input, int samples) {
  std::vector<Place> places(static_cast<std::size_t>(pixels));
  for (int i = 0; i < pixels; ++i) {
    const double in_input = begin + (i + 0.5) * length / pixels;
    const double at = std::clamp(in_input * samples / input - 0.5, 0.0, samples - 1.0);
    const auto first = static_cast<std::size_t>(at);
    places[static_cast<std::size_t>(i)] = {
        first, std::min(first + 1, static_cast<std::size_t>(samples) - 1),
        static_cast<float>(at - static_cast<double>(first))};
  }
  return places;
}

// The strongest channel of each sample.
std::vector<std::uint16_t> StrongestChannels(const ClassScores& scores) {
  const std::size_t samples = scores.plane();
  std::vector<std::uint16_t> strongest(samples, 0);
  std::vector<float> highest(scores.values.begin(),
                             scores.values.begin() + static_cast<std::ptrdiff_t>(samples));
  for (int channel = 1; channel < scores.channels; ++channel) {
    const float* plane = scores.values.data() + static_cast<std::size_t>(channel) * samples;
    for (std::size_t i = 0; i < samples; ++i) {
      if (plane[i] <= highest[i]) continue;
      highest[i] = plane[i];
      strongest[i] = static_cast<std::uint16_t>(channel);
    }
  }
  return strongest;
}

// The four samples around a pixel, and how far it is from them.
struct Cell {
  std::array<std::size_t, 4> corners{};
  float x = 0;
  float y = 0;

  float Value(const float* plane) const {
    const float above = plane[corners[0]] + (plane[corners[1]] - plane[corners[0]]) * x;
    const float below = plane[corners[2]] + (plane[corners[3]] - plane[corners[2]]) * x;
    return above + (below - above) * y;
  }
};

struct Pixel {
  int channel = 0;
  float probability = 0;
};

// What one channel has gathered.
struct Outline {
  RunWriter runs;
  double probabilities = 0;
  std::uint64_t pixels = 0;
  std::uint32_t left = 0;
  std::uint32_t right = 0;  // behind the last column
  std::uint32_t top = 0;
  std::uint32_t bottom = 0;

  void Add(std::uint32_t x, std::uint32_t y1, std::uint32_t y2, double sum) {
    if (pixels == 0) {
      left = x;
      top = y1;
      bottom = y2;
    }
    right = x + 1;
    top = std::min(top, y1);
    bottom = std::max(bottom, y2);
    pixels += y2 - y1;
    probabilities += sum;
    runs.Add(x, y1, y2);
  }
};

class Outliner {
 public:
  Outliner(const ClassScores& scores, int width, int height)
      : scores_(scores), strongest_(StrongestChannels(scores)) {
    const Outline empty{
        RunWriter(static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width))};
    outlines_.assign(static_cast<std::size_t>(scores.channels), empty);
  }

  void AddColumn(std::uint32_t x, const Place& across, const std::vector<Place>& down) {
    int channel = -1;
    std::uint32_t begin = 0;
    double sum = 0;
    for (std::uint32_t y = 0; y < down.size(); ++y) {
      const Pixel pixel = At(across, down[y]);
      if (pixel.channel != channel) {
        End(channel, x, begin, y, sum);
        channel = pixel.channel;
        begin = y;
        sum = 0;
      }
      sum += static_cast<double>(pixel.probability);
    }
    End(channel, x, begin, static_cast<std::uint32_t>(down.size()), sum);
  }

  ClassOutlines Finish() {
    ClassOutlines found;
    for (int channel = 0; channel < scores_.channels; ++channel) {
      Outline& outline = outlines_[static_cast<std::size_t>(channel)];
      if (outline.pixels == 0) continue;
      const int class_id = scores_.background == 0 ? channel - 1 : channel;
      found.predictions.push_back(
          {static_cast<std::uint16_t>(class_id),
           static_cast<float>(outline.probabilities / static_cast<double>(outline.pixels)),
           {static_cast<float>(outline.left), static_cast<float>(outline.top),
            static_cast<float>(outline.right), static_cast<float>(outline.bottom)}});
      found.masks.push_back(outline.runs.Finish());
    }
    return found;
  }

 private:
  void End(int channel, std::uint32_t x, std::uint32_t begin, std::uint32_t end, double sum) {
    if (channel < 0 || channel == scores_.background) return;
    outlines_[static_cast<std::size_t>(channel)].Add(x, begin, end, sum);
  }

  const float* Plane(int channel) const {
    return scores_.values.data() + static_cast<std::size_t>(channel) * scores_.plane();
  }

  Pixel At(const Place& across, const Place& down) const {
    const auto width = static_cast<std::size_t>(scores_.width);
    const Cell cell{{down.first * width + across.first, down.first * width + across.second,
                     down.second * width + across.first, down.second * width + across.second},
                    across.weight,
                    down.weight};
    // What is strongest at all four corners is so between them: the others need no look.
    const std::uint16_t one = strongest_[cell.corners[0]];
    if (one == strongest_[cell.corners[1]] && one == strongest_[cell.corners[2]] &&
        one == strongest_[cell.corners[3]]) {
      return {one, cell.Value(Plane(one))};
    }
    Pixel best{0, cell.Value(Plane(0))};
    for (int channel = 1; channel < scores_.channels; ++channel) {
      const float value = cell.Value(Plane(channel));
      if (value > best.probability) best = {channel, value};
    }
    return best;
  }

  const ClassScores& scores_;
  const std::vector<std::uint16_t> strongest_;
  std::vector<Outline> outlines_;  // one a channel
};

}  // namespace

ClassOutlines OutlineClasses(const ClassScores& scores, const Fit& fit, int width, int height) {
  const std::vector<Place> across =
      PlacesOf(width, fit.left, fit.width, fit.input_width, scores.width);
  const std::vector<Place> down =
      PlacesOf(height, fit.top, fit.height, fit.input_height, scores.height);
  Outliner outliner(scores, width, height);
  for (std::size_t x = 0; x < across.size(); ++x) {
    outliner.AddColumn(static_cast<std::uint32_t>(x), across[x], down);
  }
  return outliner.Finish();
}

}  // namespace prelabel
