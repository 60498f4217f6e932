// Parts of Label Studio's tasks and labeling configurations as text (labelstud.io/guide, "Import
// pre-annotated data"). Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/geometry/box.h"
#include "common/geometry/rle.h"

namespace prelabel {

// Names of the tags of the configuration that regions belong to.
inline constexpr char kLabelStudioImage[] = "image";
inline constexpr char kLabelStudioVideo[] = "video";
inline constexpr char kLabelStudioBox[] = "box";
inline constexpr char kLabelStudioBrush[] = "brush";
inline constexpr char kLabelStudioChoice[] = "class";

struct LabelStudioRegion {
  std::string id;     // of its task's own
  std::string label;  // the class
  int width = 0;      // of the image, pixels
  int height = 0;
  std::optional<float> score;
};

// A rectangle; numbers are percent of the image's sides.
std::string LabelStudioRectangle(const LabelStudioRegion& region, const Box& box);

// A brush with the pixels of a mask of the image's size. InvalidArgument as label_studio_rle.h.
Result<std::string> LabelStudioBrush(const LabelStudioRegion& region, const Rle& mask);

// A choice for the whole picture.
std::string LabelStudioChoice(const LabelStudioRegion& region);

// <Choices> of which several may be right, for the picture.
std::string LabelStudioChoices(const std::vector<std::string>& classes);

// <RectangleLabels> or <BrushLabels> with a <Label> a class, for the tag `to`.
std::string LabelStudioLabels(std::string_view tag, std::string_view name, std::string_view to,
                              const std::vector<std::string>& classes);

// The address of a file, which stands below the folder that Label Studio serves files from (its
// LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT); `file` is relative to that.
std::string LabelStudioFile(std::string_view file);

}  // namespace prelabel
