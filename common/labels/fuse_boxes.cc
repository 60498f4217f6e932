#include "common/labels/fuse_boxes.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace prelabel {
namespace {

struct Member {
  std::size_t model = 0;
  std::size_t place = 0;
  Prediction prediction;
  double strength = 0;  // weight × score
};

// Sums over a cluster's members, in double: their order must not show in the digits that are kept.
struct Cluster {
  Member strongest;  // the first
  std::vector<bool> models;
  double strength = 0;
  double weight = 0;                      // of the members
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;  // times strength

  void Add(const Member& member, double member_weight) {
    const Box& box = member.prediction.box;
    models[member.model] = true;
    strength += member.strength;
    weight += member_weight;
    x1 += member.strength * box.x1;
    y1 += member.strength * box.y1;
    x2 += member.strength * box.x2;
    y2 += member.strength * box.y2;
  }
  Box Fused() const {
    const auto mean = [&](double sum) { return static_cast<float>(sum / strength); };
    return {mean(x1), mean(y1), mean(x2), mean(y2)};
  }
};

// All boxes with a positive score, by class, and within it in the order in which they are taken.
std::vector<Member> Members(std::span<const std::vector<Prediction>> models,
                            const std::vector<float>& weights) {
  std::vector<Member> members;
  for (std::size_t model = 0; model < models.size(); ++model) {
    for (std::size_t place = 0; place < models[model].size(); ++place) {
      const Prediction& prediction = models[model][place];
      const double strength = double{weights[model]} * prediction.score;
      if (strength > 0) members.push_back({model, place, prediction, strength});
    }
  }
  std::stable_sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
    return std::tie(a.prediction.class_id, b.strength) <
           std::tie(b.prediction.class_id, a.strength);
  });
  return members;
}

FusedBox Finish(const Cluster& cluster, const FuseOptions& options) {
  double voted = 0;
  FusedBox fused;
  fused.votes = 0;
  for (std::size_t model = 0; model < cluster.models.size(); ++model) {
    if (!cluster.models[model]) continue;
    ++fused.votes;
    voted += double{options.weights[model]};
  }
  const std::uint16_t class_id = cluster.strongest.prediction.class_id;
  const double share = std::min(1.0, voted / double{options.weight_of_class[class_id]});
  fused.prediction = {class_id, static_cast<float>(cluster.strength / cluster.weight * share),
                      cluster.Fused()};
  fused.model = cluster.strongest.model;
  fused.place = cluster.strongest.place;
  return fused;
}

std::vector<FusedBox> FuseWeighted(std::span<const std::vector<Prediction>> models,
                                   const FuseOptions& options) {
  std::vector<FusedBox> fused;
  std::vector<Cluster> clusters;  // of one class
  const auto finish = [&] {
    for (const Cluster& cluster : clusters) fused.push_back(Finish(cluster, options));
    clusters.clear();
  };
  for (const Member& member : Members(models, options.weights)) {
    const std::uint16_t class_id = member.prediction.class_id;
    if (!clusters.empty() && clusters.front().strongest.prediction.class_id != class_id) finish();
    Cluster* nearest = nullptr;
    float best = options.iou;
    for (Cluster& cluster : clusters) {
      const float iou = Iou(cluster.Fused(), member.prediction.box);
      if (!(iou > best)) continue;
      best = iou;
      nearest = &cluster;
    }
    if (nearest == nullptr) {
      nearest = &clusters.emplace_back();
      nearest->strongest = member;
      nearest->models.resize(models.size());
    }
    nearest->Add(member, double{options.weights[member.model]});
  }
  finish();
  return fused;
}

}  // namespace

std::vector<FusedBox> FuseBoxes(std::span<const std::vector<Prediction>> models,
                                const FuseOptions& options) {
  std::vector<FusedBox> fused;
  if (options.method == FuseMethod::kWeighted) {
    fused = FuseWeighted(models, options);
  } else {
    for (std::size_t model = 0; model < models.size(); ++model) {
      for (std::size_t place = 0; place < models[model].size(); ++place) {
        fused.push_back({models[model][place], 1, model, place});
      }
    }
  }
  std::stable_sort(fused.begin(), fused.end(), [](const FusedBox& a, const FusedBox& b) {
    return std::tie(b.prediction.score, a.prediction.class_id, a.model) <
           std::tie(a.prediction.score, b.prediction.class_id, b.model);
  });
  return fused;
}

}  // namespace prelabel
