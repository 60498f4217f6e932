// What a run's pictures and predictions look like, in constant memory: the state that a run and a
// reference profile share, so that the two can be compared. One streaming pass: Add in dataset
// order, Merge of chunks in dataset order, then read totals(). Integers and samples do not depend
// on how items are chunked; sums of embeddings do in their last bits, so chunks have a fixed size.
// Not thread-safe; distinct objects may be filled at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/float16.h"
#include "common/base/ids.h"
#include "common/labels/prediction.h"
#include "coordinator/profile/image_features.h"
#include "coordinator/profile/moments.h"

namespace prelabel {

// Predictions from this score up are "seen objects": what class shares, boxes per image, areas and
// embeddings of boxes are about. The same in every profile, whatever a job's own thresholds are.
inline constexpr float kSeenScore = 0.3F;
// Sampled images keep their predictions from this score up, at most kSampledBoxes of them.
inline constexpr float kSampledScore = 0.1F;
inline constexpr std::size_t kSampledBoxes = 50;
inline constexpr std::size_t kImageSample = 2000;  // images kept, those with the lowest keys
inline constexpr std::size_t kBoxSample = 4000;    // embeddings of seen boxes kept
inline constexpr std::size_t kSliceSample = 256;   // images kept a slice
inline constexpr std::size_t kSliceLimit = 64;     // further slices are counted in one
// Boxes of one image are correlated: what is counted for intervals is counted by group, and an
// image belongs to one group as a whole.
inline constexpr std::size_t kJackknifeGroups = 64;

inline constexpr std::size_t kReliabilityBins = 20;  // of scores, as kScoreBins of a report
inline constexpr std::size_t kGeometryBins = 20;

struct SampledBox {
  std::uint16_t class_id = 0;  // of the model
  float score = 0;
  float area = 0;    // share of the picture, (0, 1]
  float aspect = 0;  // width / height of the box in pixels
  friend bool operator==(const SampledBox&, const SampledBox&) = default;
};

// An image or frame that the model looked at.
struct SampledImage {
  std::uint64_t key = 0;  // hash of its name: the sample is the images with the lowest ones
  SourceId source;        // with `item`, where it is in the dataset; zeros in a profile
  std::uint64_t item = 0;
  std::array<float, kImageFeatures> features{};  // by ImageFeature
  std::vector<Float16> embedding;                // at most 64 values; empty without a feature map
  std::vector<SampledBox> boxes;                 // descending score
  friend bool operator==(const SampledImage&, const SampledImage&) = default;
};

struct SampledBoxEmbedding {
  std::uint64_t key = 0;
  std::uint64_t image = 0;  // key of its image
  std::uint16_t class_id = 0;
  float score = 0;
  std::vector<Float16> embedding;  // at most 32 values
  friend bool operator==(const SampledBoxEmbedding&, const SampledBoxEmbedding&) = default;
};

// One class of the model.
struct ClassDomain {
  std::uint64_t seen = 0;                                // predictions from kSeenScore up
  std::uint64_t images = 0;                              // with at least one of these
  std::array<std::uint64_t, kReliabilityBins> scores{};  // of all raw predictions
  std::array<std::uint64_t, kGeometryBins> areas{};      // of seen: square root of the share
  std::array<std::uint64_t, kGeometryBins> aspects{};    // of seen: log2, from -4 to 4
  std::vector<double> embedding_sum;                     // of seen, by dimension
  std::uint64_t embeddings = 0;                          // in embedding_sum
  friend bool operator==(const ClassDomain&, const ClassDomain&) = default;
};

// Part of the dataset: "source 1: photos", "folder: photos/night", "weather: rain", and for videos
// stretches of time.
struct SliceDomain {
  std::string name;
  std::uint64_t images = 0;
  std::uint64_t seen = 0;            // predictions
  std::vector<SampledImage> sample;  // ascending key, at most kSliceSample
  friend bool operator==(const SliceDomain&, const SliceDomain&) = default;
};

// How often predictions were right, by class and score: the counts behind calibration. A prediction
// is right where it is matched to an object of its class with IoU of at least 0.5, each object to
// one prediction, best score first (COCO's rule; those matched to a crowd region count nowhere).
struct ReliabilityCell {
  std::uint32_t boxes = 0;
  std::uint32_t right = 0;
  friend bool operator==(const ReliabilityCell&, const ReliabilityCell&) = default;
};
class Reliability {
 public:
  Reliability() = default;
  explicit Reliability(std::size_t classes)
      : classes_(classes), cells_(kJackknifeGroups * classes * kReliabilityBins) {}

  std::size_t classes() const { return classes_; }
  bool empty() const { return cells_.empty(); }  // no ground truth
  ReliabilityCell& at(std::size_t group, std::size_t class_id, std::size_t bin) {
    return cells_[(group * classes_ + class_id) * kReliabilityBins + bin];
  }
  const ReliabilityCell& at(std::size_t group, std::size_t class_id, std::size_t bin) const {
    return cells_[(group * classes_ + class_id) * kReliabilityBins + bin];
  }
  void Merge(const Reliability& other);
  // Objects of the ground truth by class, found or not; classes() entries.
  std::vector<std::uint64_t> objects;
  friend bool operator==(const Reliability&, const Reliability&) = default;

 private:
  std::size_t classes_ = 0;
  std::vector<ReliabilityCell> cells_;
};

struct DomainTotals {
  std::uint64_t images = 0;  // that the model looked at
  std::uint64_t seen = 0;    // predictions from kSeenScore up, all classes
  std::array<FeatureHistogram, kImageFeatures> features{};
  std::vector<ClassDomain> classes;             // by class id of the model
  Moments embedding;                            // of images
  Moments box_embedding;                        // of seen boxes, all classes
  std::vector<SampledImage> sample;             // ascending key, at most kImageSample
  std::vector<SampledBoxEmbedding> box_sample;  // ascending key, at most kBoxSample
  std::vector<SliceDomain> slices;              // in the order of their first images
  Reliability reliability;                      // empty without ground truth
  friend bool operator==(const DomainTotals&, const DomainTotals&) = default;
};

// Of a prediction, what ground truth says about it.
enum class Truth : std::uint8_t { kUnknown, kWrong, kRight, kIgnored };

struct ItemToAdd {
  const ItemResult& result;  // of an item that the model looked at
  SourceId source;
  std::string_view name;  // unique in the dataset and independent of its other items
  // The same for items that look alike because they are neighbors (frames within ten seconds of a
  // video); for images their names.
  std::string_view group;
  std::span<const std::string> slices{};  // that it belongs to
  std::span<const Truth> truth{};         // parallel to result.predictions, or empty
};

class DomainStats {
 public:
  explicit DomainStats(std::size_t classes);

  void Add(const ItemToAdd& item);
  // Objects of ground truth in an item, found or not.
  void AddObjects(std::size_t class_id, std::uint64_t count);
  // Adds what `other` has seen of the same dataset after this one.
  void Merge(const DomainStats& other);
  // Samples trimmed and sorted.
  DomainTotals Finish() const;

 private:
  DomainTotals totals_;
  std::vector<std::uint16_t> seen_classes_;  // of the item in hand
};

// SampledImage::key of an item by its name.
std::uint64_t ImageKey(std::string_view name);

// Of the group that `group` belongs to.
std::size_t JackknifeGroup(std::string_view group);

}  // namespace prelabel
