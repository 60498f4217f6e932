// The <meta> of a CVAT file while it is read: the elements in it, in their order. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "coordinator/formats/keyframe_file.h"

namespace prelabel {

// Begin and End are called for every element below <meta>. Errors: InvalidArgument without a place.
class CvatMetaBuilder {
 public:
  Result<void> Begin(std::string_view name);
  Result<void> End(std::string_view text);

  // With sublabels moved into the skeletons that they are part of.
  KeyframeMeta Take();

 private:
  std::string_view Parent() const;

  struct ReadLabel {
    DeclaredLabel label;
    std::string parent;
  };
  std::vector<std::string> path_;
  std::vector<ReadLabel> labels_;
  KeyframeMeta meta_;
  int tasks_ = 0;
};

}  // namespace prelabel
