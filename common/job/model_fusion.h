// The models of a job that has several, and how what they say is made into one.
#pragma once

#include <string>
#include <vector>

#include "common/labels/fuse_boxes.h"

namespace prelabel {

inline constexpr std::size_t kMostModels = 16;

struct JobModel {
  std::string card;                  // path of its model.yaml
  std::vector<std::string> classes;  // that it answers for, by its names; empty: all of its
  float weight = 1;                  // of what it says, where boxes are fused
  friend bool operator==(const JobModel&, const JobModel&) = default;
};

struct ModelFusion {
  std::vector<JobModel> models;  // at most kMostModels; empty: the job has one model, or none
  FuseMethod method = FuseMethod::kByClass;
  float iou = 0.55F;  // kWeighted: over which boxes of two models are one object
  friend bool operator==(const ModelFusion&, const ModelFusion&) = default;
};

}  // namespace prelabel
