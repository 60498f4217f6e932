// Objects that people drew, from the labels of the datasets that a job names (coco, yolo, voc).
// Adapter of the file system. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/profile/ground_truth.h"
#include "coordinator/profile/truth_matching.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

class DatasetTruth {
 public:
  // Reads what lies in one file: COCO instances, and the classes of a data.yaml. A COCO file
  // without any annotation is no truth. `classes` of the model, by id; the dataset and they outlive
  // this. InvalidArgument as GroundTruth::Add, and where data.yaml names no classes.
  static Result<DatasetTruth> Open(const Dataset& dataset, const std::vector<std::string>& classes);

  // Whether a source may have labels.
  bool any() const { return any_; }

  // The objects in an image of `width` × `height` pixels; null where its dataset has no labels for
  // it: for YOLO and Pascal VOC, where there is no file, since a person without objects to draw
  // leaves an empty one. Polygons count as their bounds; difficult objects of VOC as crowds. Valid
  // until the next call. InvalidArgument: a file that cannot be read, with its name and line.
  Result<const std::vector<TruthObject>*> Find(SourceId source, std::uint64_t item, int width,
                                               int height);

  // Objects, crowds not counted, by classes that the model does not have: of YOLO and Pascal VOC
  // in images that Find was asked for. Ascending names.
  const std::map<std::string, std::uint64_t>& unknown() const { return unknown_; }

 private:
  struct Source {
    GroundTruth coco;
    std::vector<std::string> names;  // YOLO: of its classes
  };

  DatasetTruth(const Dataset& dataset, const std::vector<std::string>& classes)
      : dataset_(&dataset), classes_(&classes) {}
  void Add(const std::string& name, const Box& box, bool crowd);
  Result<bool> ReadYolo(const Source& source, const std::string& picture, int width, int height);
  Result<bool> ReadVocFile(const SourceItems& source, std::uint64_t item);

  const Dataset* dataset_;
  const std::vector<std::string>* classes_;
  std::map<std::uint32_t, Source> sources_;  // by SourceId
  bool any_ = false;
  std::vector<TruthObject> objects_;
  std::map<std::string, std::uint64_t> unknown_;
};

}  // namespace prelabel
