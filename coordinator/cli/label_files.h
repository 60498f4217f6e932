// Which files are labels, and in which format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

enum class LabelFileKind : std::uint8_t {
  kCoco,
  kCvat,        // for video
  kCvatImages,  // for images
  kDatumaro,
  kJsonl,
  kLabelStudio,
  kMot,
  kMotLabels,
  kSeqInfo,
  kVoc,         // labelmap.txt, or the folder Annotations
  kVocPicture,  // the annotations of one picture
  kYolo,        // data.yaml
  kYoloLabels   // the labels of one picture
};

// By name, and where that leaves a choice by what the file begins with. InvalidArgument: it cannot
// be read.
Result<LabelFileKind> LabelFileKindOf(const std::filesystem::path& path);

bool IsFile(const std::filesystem::path& path);

// Files of an extension below a folder, sorted; none where there is no such folder.
// InvalidArgument: it cannot be read.
Result<std::vector<std::filesystem::path>> FilesBelow(const std::filesystem::path& folder,
                                                      std::string_view extension);

// What there is to check below a folder, sorted; of a run directory in its labels/. Data sets of a
// file a picture are named by their data.yaml, labelmap.txt or Annotations. InvalidArgument: the
// folder cannot be read, or there is nothing.
Result<std::vector<std::filesystem::path>> LabelFilesIn(std::filesystem::path folder);

}  // namespace prelabel
