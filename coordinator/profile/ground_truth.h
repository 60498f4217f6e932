// Objects that people drew, from COCO instances files, by the names of a run's items.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "coordinator/profile/truth_matching.h"

namespace prelabel {

class GroundTruth {
 public:
  // Adds a file's images and those of its objects whose category has the name of one of `classes`
  // (of the model, by id). InvalidArgument: it cannot be read, is no COCO instances file, or has an
  // image that another file had.
  Result<void> Add(const std::filesystem::path& file, const std::vector<std::string>& classes);

  // Null where no file has the image: nothing is known about its predictions.
  const std::vector<TruthObject>* Find(std::string_view file_name) const;

  std::size_t images() const { return by_name_.size(); }
  std::uint64_t objects() const { return objects_; }  // crowd regions not counted
  // Categories that the model does not have, with how many objects; ascending names.
  const std::map<std::string, std::uint64_t>& unknown() const { return unknown_; }
  // Names of all categories that the files list, with and without objects.
  const std::set<std::string>& categories() const { return categories_; }

 private:
  std::map<std::string, std::vector<TruthObject>, std::less<>> by_name_;
  std::map<std::string, std::uint64_t> unknown_;
  std::set<std::string> categories_;
  std::uint64_t objects_ = 0;
};

}  // namespace prelabel
