// Objects that people drew, from the labels of the datasets that a job names (coco, yolo, voc).
// Adapter of the file system. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
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

  // The same of those sources alone whose file can be read; why it cannot of the others goes to
  // `problems`, by SourceId.
  static DatasetTruth OpenReadable(const Dataset& dataset, const std::vector<std::string>& classes,
                                   std::map<std::uint32_t, Error>& problems);

  // Whether a source may have labels.
  bool any() const { return !sources_.empty(); }

  // Of a source that may have labels, the names that its objects may have, of classes that the
  // model does not have, too: the categories of a COCO file, the names in a data.yaml. Pascal VOC
  // has no such list: the names that Find has met. Null for other sources.
  const std::set<std::string>* NamesOf(SourceId source) const;

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
    std::vector<std::string> by_id;  // YOLO: names of its classes
    std::set<std::string> names;
  };

  DatasetTruth(const Dataset& dataset, const std::vector<std::string>& classes)
      : dataset_(&dataset), classes_(&classes) {}
  // Reads a source's file; does nothing for one that has no labels.
  Result<void> Read(std::size_t source);
  void Add(const std::string& name, const Box& box, bool crowd);
  Result<bool> ReadYolo(const Source& source, const std::string& picture, int width, int height);
  Result<bool> ReadVocFile(const SourceItems& source, std::uint64_t item,
                           std::set<std::string>& names);

  const Dataset* dataset_;
  const std::vector<std::string>* classes_;
  std::map<std::uint32_t, Source> sources_;  // by SourceId
  std::vector<TruthObject> objects_;
  std::map<std::string, std::uint64_t> unknown_;
};

}  // namespace prelabel
